import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { isSecretName, MASK, maskSecrets } from '../mask-secrets.ts';
import type { FoundRow } from '../rows.ts';
import { shortLines } from '../short-lines.ts';

const MOST_FILES = 200;

/** Variables as files of the system set them; no process's own environment is read. @spec environment.d(5), pam_env(8) */
export function* collectEnvironment({ files }: Host): Iterable<FoundRow> {
  for (const location of places(files)) {
    const isScript = /profile/.test(location);
    for (const line of shortLines(files.text(location))) {
      const [, exported, name, raw] =
        /^\s*(export\s+)?([A-Za-z_][A-Za-z0-9_]{0,254})=(.*)$/.exec(line) ?? [];
      // In a script only what is handed on, and as it is written there.
      if (name === undefined || raw === undefined || (isScript && !exported)) continue;
      const value = raw.trim().replace(/^(["'])(.*)\1$/, '$2');
      const isSecret = isSecretName(name) && value !== '';
      yield {
        Name: name,
        Location: location,
        VariableValue: isSecret ? MASK : value,
        IsMasked: isSecret || maskSecrets(value) !== value,
      };
    }
  }
}

function places(files: FileTree): readonly string[] {
  const inFolder = (folder: string, end: string): readonly string[] =>
    files
      .names(folder)
      .filter((name) => name.endsWith(end))
      .slice(0, MOST_FILES)
      .map((name) => `${folder}/${name}`);
  return [
    '/etc/environment',
    '/etc/default/locale',
    '/etc/locale.conf',
    ...inFolder('/etc/environment.d', '.conf'),
    ...inFolder('/usr/lib/environment.d', '.conf'),
    '/etc/profile',
    ...inFolder('/etc/profile.d', '.sh'),
  ];
}
