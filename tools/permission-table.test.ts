import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { withPermissionTable } from './permission-table.ts';

test('the page of permissions is as the catalogue: node tools/permission-table.ts writes it', async () => {
  const page = await readFile(new URL('../docs/access.md', import.meta.url), 'utf8');
  assert.equal(withPermissionTable(page), page);
});

test('a page without the table’s place is none', () => {
  assert.throws(() => withPermissionTable('# Who may\n'));
});
