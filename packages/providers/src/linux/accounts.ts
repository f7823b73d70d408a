import type { FileTree } from './file-tree.ts';

const ACCOUNTS_BYTES = 16 * 1024 * 1024;

export interface Account {
  readonly name: string;
  readonly userId: number;
  readonly groupId: number;
  readonly fullName: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly groupId: number;
  readonly members: readonly string[];
}

/** Lines that are not of the format, and those that point to a directory service, are skipped. @spec passwd(5) */
export function readAccounts(files: FileTree): readonly Account[] {
  const accounts: Account[] = [];
  for (const line of (files.table('/etc/passwd', ACCOUNTS_BYTES) ?? '').split('\n')) {
    // The second field, where a hash might still stand, is stepped over.
    const [name, , userText, groupText, gecos, home, shell] = line.split(':');
    const userId = idOf(userText);
    const groupId = idOf(groupText);
    if (!name || /^[+-]/.test(name) || userId === null || groupId === null) continue;
    const fullName = gecos?.split(',', 1)[0] ?? '';
    accounts.push({
      name,
      userId,
      groupId,
      fullName,
      home: home ?? '',
      shell: shell?.trim() ?? '',
    });
  }
  return accounts;
}

/** @spec group(5) */
export function readGroups(files: FileTree): readonly Group[] {
  const groups: Group[] = [];
  for (const line of (files.text('/etc/group', ACCOUNTS_BYTES) ?? '').split('\n')) {
    const [name, , groupText, members] = line.split(':');
    const groupId = idOf(groupText);
    if (!name || /^[+-]/.test(name) || groupId === null) continue;
    const names = members?.split(',').map((member) => member.trim()) ?? [];
    groups.push({ name, groupId, members: names.filter((member) => member !== '') });
  }
  return groups;
}

function idOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
