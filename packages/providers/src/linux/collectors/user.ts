import { basename } from 'node:path/posix';
import { readAccounts, readGroups } from '../accounts.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';

const NOBODY = 65_534;
const ADMINISTRATORS = new Set(['sudo', 'wheel', 'admin']);
/** Shells that end at once, or do the one thing that they are named after. */
const NO_SHELLS = new Set(['nologin', 'false', 'true', 'sync', 'halt', 'shutdown', 'null']);

export function* collectUsers({ files }: Host): Iterable<FoundRow> {
  const firstPerson = firstPersonalId(files);
  const groups = readGroups(files);
  const groupNames = new Map(groups.map((group) => [group.groupId, group.name]));
  const memberships = new Map<string, string[]>();
  for (const { name, members } of groups)
    for (const member of members) {
      const known = memberships.get(member);
      if (known) known.push(name);
      else memberships.set(member, [name]);
    }
  for (const account of readAccounts(files)) {
    const primary = groupNames.get(account.groupId) ?? null;
    const others = memberships.get(account.name)?.filter((name) => name !== primary) ?? [];
    yield {
      Name: account.name,
      FullName: account.fullName,
      UserId: account.userId,
      GroupId: account.groupId,
      PrimaryGroup: primary,
      Groups: others.sort().join(', '),
      HomeDirectory: account.home,
      Shell: account.shell,
      IsSystemAccount: account.userId < firstPerson || account.userId === NOBODY,
      IsAdministrator:
        account.userId === 0 || [primary ?? '', ...others].some((name) => ADMINISTRATORS.has(name)),
      CanLogOn: !NO_SHELLS.has(basename(account.shell)),
    };
  }
}

/** @spec login.defs(5) UID_MIN */
function firstPersonalId(files: FileTree): number {
  const text = /^\s*UID_MIN\s+(\d{1,9})\s*$/m.exec(files.text('/etc/login.defs') ?? '')?.[1];
  return text === undefined ? 1000 : Number(text);
}
