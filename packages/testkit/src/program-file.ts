import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `source`: the program as it stands in the tree. `bundle`: what `npm run build` made, which starts in a quarter of
 * the time.
 */
export type ProgramForm = 'source' | 'bundle';
export type ProgramName = 'tenant' | 'site' | 'agent' | 'cli' | 'simulator';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS: Readonly<Partial<Record<ProgramName, string>>> = { simulator: 'packages' };

/**
 * The file to start a program by. Unless `form` is given: the bundle where `npm test` runs the tests, because it has
 * just built what is older than its sources; else the source.
 */
export function programFile(
  name: ProgramName,
  form: ProgramForm = process.env.MOORLINE_TEST_PROGRAMS === 'bundle' ? 'bundle' : 'source',
): string {
  return form === 'bundle'
    ? join(ROOT, 'dist', `${name}.mjs`)
    : join(ROOT, FOLDERS[name] ?? 'apps', name, 'src', 'main.ts');
}
