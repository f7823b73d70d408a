import { basename } from 'node:path/posix';
import type { FileTree } from './file-tree.ts';

/** Where units are looked for, the first place first. @spec systemd.unit(5) "Unit File Load Path" */
const FOLDERS: readonly (readonly [string, Origin])[] = [
  ['/run/systemd/transient', 'transient'],
  ['/etc/systemd/system', 'file'],
  ['/run/systemd/system', 'file'],
  ['/run/systemd/generator', 'generated'],
  ['/usr/local/lib/systemd/system', 'file'],
  ['/usr/lib/systemd/system', 'file'],
  ['/lib/systemd/system', 'file'],
  ['/run/systemd/generator.late', 'generated'],
];
const UNIT_BYTES = 256 * 1024;

type Origin = 'file' | 'generated' | 'transient';

export interface UnitFile {
  readonly name: string;
  readonly origin: Origin;
  readonly isMasked: boolean;
  /** The file and its drop-ins, in the order in which they count; null when the file cannot be read. */
  readonly texts: readonly string[] | null;
}

export interface UnitFiles {
  readonly services: readonly UnitFile[];
  /** Text of a template, by its name with `@.`; instances share it. */
  template(name: string): UnitFile | undefined;
  /** How a link makes a unit start by itself. */
  enabled(name: string): 'enabled' | 'enabled-runtime' | undefined;
}

export function readUnitFiles(files: FileTree): UnitFiles {
  const found = new Map<string, { path: string; origin: Origin }>();
  const dropIns = new Map<string, Map<string, string>>();
  const links = new Map<string, 'enabled' | 'enabled-runtime'>();
  const aliases = new Set<string>();
  const enable = (name: string, folder: string): void => {
    const how = folder.startsWith('/etc/') ? 'enabled' : 'enabled-runtime';
    if (links.get(name) !== 'enabled') links.set(name, how);
  };

  for (const [folder, origin] of FOLDERS) {
    for (const entry of files.names(folder)) {
      const path = `${folder}/${entry}`;
      if (entry.endsWith('.service.d')) {
        const parts = dropIns.get(entry.slice(0, -2)) ?? new Map<string, string>();
        for (const name of files.names(path))
          if (name.endsWith('.conf') && !parts.has(name)) parts.set(name, `${path}/${name}`);
        dropIns.set(entry.slice(0, -2), parts);
      } else if (/\.(wants|requires|upholds)$/.test(entry)) {
        // Links that a vendor ships are part of the system, not somebody's choice.
        if (!/^\/(etc|run)\/systemd\/system$/.test(folder)) continue;
        for (const name of files.names(path)) enable(name, folder);
      } else if (entry.endsWith('.service') && !found.has(entry) && !aliases.has(entry)) {
        const target = files.link(path);
        const targetName = target === null ? entry : basename(target);
        const isOwn = targetName === entry || target === '/dev/null';
        if (isOwn || isInstanceOf(entry, targetName)) {
          found.set(entry, { path, origin });
        } else {
          aliases.add(entry);
          if (origin === 'file' && !/^\/(usr\/)?lib\//.test(folder)) enable(targetName, folder);
        }
      }
    }
  }

  const read = (name: string): UnitFile | undefined => {
    const unit = found.get(name);
    if (!unit) return undefined;
    const text = files.text(unit.path, UNIT_BYTES);
    const isMasked = files.link(unit.path) === '/dev/null' || text === '';
    const parts = [...(dropIns.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    if (text === null) return { name, origin: unit.origin, isMasked, texts: null };
    const texts = [text, ...parts.map(([, path]) => files.text(path, UNIT_BYTES) ?? '')];
    return { name, origin: unit.origin, isMasked, texts };
  };

  const names = new Set([...found.keys()].filter((name) => !name.endsWith('@.service')));
  // An instance has no file of its own: the link that enables it is what names it.
  for (const name of links.keys())
    if (/@.+\.service$/.test(name) && found.has(templateOf(name))) names.add(name);
  return {
    services: [...names].sort().flatMap((name) => {
      const unit = read(name) ?? read(templateOf(name));
      return unit ? [{ ...unit, name }] : [];
    }),
    template: (name) => read(templateOf(name)),
    enabled: (name) => links.get(name),
  };
}

/** `getty@tty1.service` → `getty@.service`; another name stays. */
function templateOf(name: string): string {
  return name.replace(/@.*\.service$/, '@.service');
}

function isInstanceOf(name: string, template: string): boolean {
  return template.endsWith('@.service') && templateOf(name) === template && name !== template;
}
