import { PERMISSION_CATALOGUE, PERMISSIONS, ROLE_PERMISSIONS } from '@moorline/model';

const BEGIN = '<!-- permissions: written by node tools/permission-table.ts -->';
const END = '<!-- end of permissions -->';

/** The page with the table of permissions as the catalogue has it. */
export function withPermissionTable(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error('the page has no place for the table');
  return `${page.slice(0, from)}${BEGIN}\n${permissionTable()}${page.slice(to)}`;
}

function permissionTable(): string {
  const rows = PERMISSIONS.map((id) => {
    const { group, title, allows, hosts, reach, isDisruptive } = PERMISSION_CATALOGUE[id];
    const roles = (['Help desk', 'Read only'] as const).filter((role) =>
      ROLE_PERMISSIONS[role].includes(id),
    );
    const where = hosts.length === 2 ? 'both' : hosts.join(', ');
    const about = reach === 'devices' ? 'devices' : 'everything';
    const held = ['Administrator', ...roles].join(', ');
    const name = `${group}: ${title}${isDisruptive ? ' (disruptive)' : ''}`;
    return `| \`${id}\` | ${name} | ${allows} | ${about} | ${where} | ${held} |\n`;
  });
  return `| id | permission | allows | about | asked for at | built-in roles |\n|---|---|---|---|---|---|\n${rows.join('')}`;
}

if (import.meta.main) {
  const { readFile, writeFile } = await import('node:fs/promises');
  const path = new URL('../docs/access.md', import.meta.url);
  await writeFile(path, withPermissionTable(await readFile(path, 'utf8')));
}
