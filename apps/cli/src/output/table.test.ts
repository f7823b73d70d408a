import assert from 'node:assert/strict';
import test from 'node:test';
import { cellText } from './cell.ts';
import { headerOf } from './print.ts';
import { displayWidth } from './safe-text.ts';
import { renderFacts, renderTable } from './table.ts';

test('columns are aligned, also with wide characters, and lines have no trailing spaces', () => {
  const table = renderTable(
    ['name', 'os'],
    [
      ['日本', 'Debian'],
      ['pc-17', 'x'],
    ],
  );
  assert.equal(table, 'NAME   OS\n日本   Debian\npc-17  x\n');
});

test('a table fits the terminal: the widest column is cut, the narrow ones are not', () => {
  const rows = [['pc-17', 'x'.repeat(100), 'yes']];
  const table = renderTable(['name', 'description', 'online'], rows, 40);
  for (const line of table.trimEnd().split('\n')) assert.ok(displayWidth(line) <= 40, line);
  assert.match(table, /pc-17 {2}x+… {2}yes/);
});

test('without a terminal nothing is cut', () => {
  assert.match(renderTable(['a'], [['x'.repeat(300)]]), /x{300}/);
});

test('the facts of one thing are aligned', () => {
  assert.equal(
    renderFacts([
      ['id', '1'],
      ['last sync', 'never'],
    ]),
    'id         1\nlast sync  never\n',
  );
});

test('values read as people write them, by the ending of their field', () => {
  assert.equal(cellText('physicalMemoryInBytes', 25_769_803_776), '24.0 GiB');
  assert.equal(cellText('freeBytes', 512), '512 B');
  assert.equal(cellText('rowCount', 25_769_803_776), '25769803776');
  assert.equal(cellText('lastSyncDateTime', '2026-11-23T15:57:36.120Z'), '2026-11-23 15:57:36Z');
  assert.equal(cellText('online', true), 'yes');
  assert.equal(cellText('model', null), '-');
  assert.equal(cellText('disabledClasses', ['Process', 'User']), 'Process, User');
  assert.equal(cellText('disabledClasses', []), '-');
  assert.equal(cellText('deviceName', 'a\u001b[2Jb'), 'ab');
});

test('headers are the words of the field without its unit', () => {
  assert.equal(headerOf('lastSyncDateTime'), 'last sync');
  assert.equal(headerOf('totalStorageSpaceInBytes'), 'total storage space');
});
