import { readAccounts } from '../accounts.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { flagOf, parseSections } from '../sections.ts';

const MOST_ACCOUNTS = 2000;
const FIRST_PERSON = 1000;

/** @spec Desktop Application Autostart Specification; rc.local of System V */
export async function* collectAutoStart({ files, pace }: Host): AsyncIterable<FoundRow> {
  yield* desktopEntries(files, '/etc/xdg/autostart', 'all');
  for (const { name, home, userId } of readAccounts(files).slice(0, MOST_ACCOUNTS)) {
    if (pace.due()) await pace.rest();
    const isPerson = userId === 0 || userId >= FIRST_PERSON;
    if (!isPerson || !/^\/[^\0]+$/.test(home) || home.includes('/../')) continue;
    // What a user links to is read with this program's rights, not with his.
    const folders = [`${home}/.config`, `${home}/.config/autostart`];
    if (folders.some((folder) => files.link(folder) !== null)) continue;
    yield* desktopEntries(files, `${home}/.config/autostart`, name);
  }
  for (const name of files.names('/etc/profile.d')) {
    if (!name.endsWith('.sh')) continue;
    const location = `/etc/profile.d/${name}`;
    yield { Name: name, Location: location, Command: location, User: 'all', IsEnabled: true };
  }
  const legacy = files.stat('/etc/rc.local');
  if (legacy?.isFile()) {
    yield {
      Name: 'rc.local',
      Location: '/etc/rc.local',
      Command: '/etc/rc.local',
      User: 'root',
      IsEnabled: (legacy.mode & 0o111) !== 0,
    };
  }
}

function* desktopEntries(files: FileTree, folder: string, user: string): Iterable<FoundRow> {
  for (const file of files.names(folder)) {
    const path = `${folder}/${file}`;
    if (!file.endsWith('.desktop') || (user !== 'all' && files.link(path) !== null)) continue;
    const sections = parseSections(files.text(path) ?? '');
    const entry = sections.find(({ name }) => name === 'Desktop Entry')?.settings;
    if (!entry) continue;
    yield {
      Name: entry.get('name') ?? file,
      Location: path,
      Command: entry.get('exec'),
      User: user,
      IsEnabled:
        flagOf(entry.get('hidden')) !== true &&
        flagOf(entry.get('x-gnome-autostart-enabled')) !== false,
    };
  }
}
