import { aptListNames, readAptList } from '../apt-lists.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { compareDebVersions } from '../package-versions.ts';
import type { FoundRow } from '../rows.ts';

const STATUS_BYTES = 64 * 1024 * 1024;

interface Installed {
  readonly version: string;
  readonly architecture: string;
  readonly isHeld: boolean;
}

interface Candidate {
  readonly version: string;
  readonly list: string;
  readonly size: number;
  readonly isSecurity: boolean;
}

/** What the lists on the disk know that is later than what is installed; pins and phases are apt's own matter. */
export async function* collectSoftwareUpdates({ files, pace }: Host): AsyncIterable<FoundRow> {
  const installed = installedPackages(files);
  if (installed.size === 0) return;
  const best = new Map<string, Candidate>();
  for (const list of aptListNames(files)) {
    for (const part of readAptList(files, list)) {
      for (const paragraph of paragraphsOf(part, installed)) {
        if (pace.due()) await pace.rest();
        consider(paragraph, list, installed, best);
      }
      if (pace.due()) await pace.rest();
    }
  }
  for (const [key, { version, list, size, isSecurity }] of best) {
    const [name = ''] = key.split(':', 1);
    const known = installed
      .get(name)
      ?.find(({ architecture }) => key === `${name}:${architecture}`);
    if (!known) continue;
    yield {
      ProductName: name,
      Architecture: known.architecture,
      InstalledVersion: known.version,
      AvailableVersion: version,
      IsSecurity: isSecurity,
      IsHeld: known.isHeld,
      Repository: list.replace(/_(?:[^_]+_)?binary-\w+_Packages.*$/, '').replaceAll('_', '/'),
      DownloadSize: size,
    };
  }
}

type InstalledPackages = ReadonlyMap<string, readonly Installed[]>;

function installedPackages(files: FileTree): InstalledPackages {
  const packages = new Map<string, Installed[]>();
  const text = files.table('/var/lib/dpkg/status', STATUS_BYTES) ?? '';
  for (const paragraph of text.split('\n\n')) {
    const state = fieldOf(paragraph, 'Status');
    if (!/^\w+ \w+ installed$/.test(state)) continue;
    const name = fieldOf(paragraph, 'Package');
    const known = packages.get(name) ?? [];
    known.push({
      version: fieldOf(paragraph, 'Version'),
      architecture: fieldOf(paragraph, 'Architecture'),
      isHeld: state.startsWith('hold '),
    });
    packages.set(name, known);
  }
  return packages;
}

// Of the list's tens of thousands only those that are installed are looked into.
function* paragraphsOf(text: string, installed: InstalledPackages): Iterable<string> {
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('\n\n', at);
    const end = next < 0 ? text.length : next;
    if (text.startsWith('Package: ', at)) {
      const line = text.indexOf('\n', at);
      const name = text.slice(at + 9, line < 0 ? end : line);
      if (installed.has(name)) yield text.slice(at, end);
    }
    at = end + 2;
  }
}

function consider(
  paragraph: string,
  list: string,
  installed: InstalledPackages,
  best: Map<string, Candidate>,
): void {
  const name = fieldOf(paragraph, 'Package');
  const architecture = fieldOf(paragraph, 'Architecture');
  const version = fieldOf(paragraph, 'Version');
  for (const known of installed.get(name) ?? []) {
    const isSame = known.architecture === architecture;
    // A package may become one for all architectures, or cease to be.
    if (!isSame && architecture !== 'all' && known.architecture !== 'all') continue;
    if (compareDebVersions(version, known.version) <= 0) continue;
    const key = `${name}:${known.architecture}`;
    const other = best.get(key);
    const isSecurity = /security/i.test(list) || other?.isSecurity === true;
    const isLater = !other || compareDebVersions(version, other.version) > 0;
    if (isLater)
      best.set(key, { version, list, size: Number(fieldOf(paragraph, 'Size')), isSecurity });
    else if (isSecurity) best.set(key, { ...other, isSecurity });
  }
}

function fieldOf(paragraph: string, name: string): string {
  const start = `${name}: `;
  const at = paragraph.startsWith(start) ? 0 : paragraph.indexOf(`\n${start}`) + 1;
  if (at === 0 && !paragraph.startsWith(start)) return '';
  const end = paragraph.indexOf('\n', at);
  return paragraph.slice(at + start.length, end < 0 ? undefined : end).trim();
}
