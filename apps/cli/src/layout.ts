import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliErrors } from './errors.ts';

export const HOST_APPS = ['tenant', 'site'] as const;
export type AppName = (typeof HOST_APPS)[number] | 'agent';
/** What is started as a process of its own. */
export type ProgramName = AppName | 'simulator';

const self = fileURLToPath(import.meta.url);
// As a bundle this file is dist/cli.mjs and its siblings are the apps; in a checkout it is apps/cli/src/layout.ts.
const bundled = basename(self) === 'cli.mjs';
const root = bundled ? dirname(dirname(self)) : dirname(dirname(dirname(dirname(self))));

/** The program of that name: bundled when this is, from its sources otherwise. @throws `cli.app_missing` */
export function appEntry(app: ProgramName): string {
  const path = bundled
    ? join(dirname(self), `${app}.mjs`)
    : join(root, app === 'simulator' ? 'packages' : 'apps', app, 'src', 'main.ts');
  if (!existsSync(path)) throw cliErrors.noRuntime({ app, path });
  return path;
}

/** The built console; undefined when there is none. */
export function consoleFolder(): string | undefined {
  const folder = join(root, 'dist', 'console');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

export function productVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = manifest && typeof manifest === 'object' && Reflect.get(manifest, 'version');
  return typeof version === 'string' ? version : '0.0.0';
}
