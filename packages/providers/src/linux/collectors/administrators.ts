import { readAccounts, readGroups } from '../accounts.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { shortLines } from '../short-lines.ts';

const MOST_FILES = 200;
const MOST_MEMBERS = 2000;

/** Who may act as root: by number, by sudo's rules, and by being in a group that these name. */
export function* collectAdministrators({ files }: Host): Iterable<FoundRow> {
  for (const { name, userId } of readAccounts(files)) {
    if (userId !== 0) continue;
    yield { Name: name, Source: 'UserId 0', ObjectClass: 'User', Commands: 'ALL' };
  }
  const rules = sudoRules(files);
  yield* rules.map(({ name, file, commands, isPasswordAsked }) => ({
    Name: name,
    Source: file,
    ObjectClass: name.startsWith('%') ? 'Group' : /^[A-Z][A-Z0-9_]*$/.test(name) ? 'Alias' : 'User',
    Commands: commands,
    IsPasswordAsked: isPasswordAsked,
  }));
  const groups = new Map(
    rules.filter(({ name }) => /^%[^#:]/.test(name)).map((rule) => [rule.name, rule]),
  );
  const accounts = readAccounts(files);
  for (const { name, groupId, members } of readGroups(files)) {
    const rule = groups.get(`%${name}`);
    if (!rule) continue;
    const primary = accounts.filter((account) => account.groupId === groupId);
    const all = new Set([...members, ...primary.map((account) => account.name)]);
    for (const member of [...all].slice(0, MOST_MEMBERS)) {
      yield {
        Name: member,
        Source: `group ${name}`,
        ObjectClass: 'User',
        Commands: rule.commands,
        IsPasswordAsked: rule.isPasswordAsked,
      };
    }
  }
}

interface Rule {
  readonly name: string;
  readonly file: string;
  readonly commands: string;
  readonly isPasswordAsked: boolean;
}

const OTHER_LINE = /^(Defaults|(User|Runas|Host|Cmnd|Cmd)_Alias|[@#]include)/;

/** @spec sudoers(5): files of the folder whose name has a dot or ends in ~ are passed over */
function sudoRules(files: FileTree): readonly Rule[] {
  const more = files.names('/etc/sudoers.d').filter((name) => !/\.|~$/.test(name));
  const paths = ['/etc/sudoers', ...more.map((name) => `/etc/sudoers.d/${name}`)];
  return paths.slice(0, MOST_FILES).flatMap((file) => {
    const text = (files.text(file) ?? '').replace(/\\\n/g, ' ');
    return shortLines(text).flatMap((line): readonly Rule[] => {
      const rule = line.replace(/#(?![0-9]|include).*$/, '').trim();
      const equals = rule.indexOf('=');
      if (equals < 0 || OTHER_LINE.test(rule)) return [];
      // Before the sign: who, and at last on which hosts.
      const who = rule.slice(0, equals).trim().split(/\s+/).slice(0, -1).join(' ');
      const commands = rule.slice(equals + 1).trim();
      if (who === '' || commands === '') return [];
      const isPasswordAsked = !/\bNOPASSWD\s*:/.test(commands);
      const what = commands.replace(/\([^)]*\)/g, '').replace(/\b[A-Z_]+\s*:/g, '');
      return who.split(',').map((name) => ({
        name: name.trim().replaceAll('"', ''),
        file,
        commands: what.trim().replace(/\s+/g, ' '),
        isPasswordAsked,
      }));
    });
  });
}
