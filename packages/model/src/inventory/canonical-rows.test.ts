import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inventoryClass } from './catalogue.ts';
import {
  canonicalRows,
  checkRow,
  type InventoryRow,
  orderRows,
  rowKey,
} from './inventory-class.ts';

const software = inventoryClass('InstalledSoftware');
assert.ok(software);
const empty = Object.fromEntries(software.columns.map(({ name }) => [name, null]));
const rows = fc
  .uniqueArray(fc.string({ unit: 'grapheme', maxLength: 4 }), { maxLength: 12 })
  .map((names) =>
    names.map(
      (name, index): InventoryRow => ({ ...empty, ProductName: name, InstalledSize: index }),
    ),
  );

test('the canonical text is the rows by key, each the list of its values in declared order', () => {
  const row = {
    ...empty,
    ProductName: 'b',
    ProductVersion: '1',
    Architecture: 'x',
    Source: 'dpkg',
  };
  const first = { ...row, ProductName: 'a"', InstalledSize: 3 };
  assert.equal(
    canonicalRows(software, [row, first]),
    '[["a\\"","1","x","dpkg",null,3,null,null,null],["b","1","x","dpkg",null,null,null,null,null]]',
  );
  assert.equal(canonicalRows(software, []), '[]');
});

test('rows in any order have one canonical text, and ordering them again changes nothing', () => {
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.nat()), (list, random) => {
      const shuffled = list
        .map((row) => ({ row, at: random.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ row }) => row);
      assert.equal(canonicalRows(software, shuffled), canonicalRows(software, list));
      const ordered = orderRows(software, shuffled);
      assert.deepEqual(orderRows(software, ordered.rows), ordered);
      assert.equal(ordered.repeatedKey, undefined);
    }),
  );
});

test('a key that two rows have is found, wherever they stand', () => {
  const again = fc.tuple(rows, fc.nat(), fc.nat()).filter(([list]) => list.length > 0);
  fc.assert(
    fc.property(again, ([list, which, where]) => {
      const row = list[which % list.length];
      assert.ok(row);
      const repeated = list.toSpliced(where % (list.length + 1), 0, { ...row, InstalledSize: -1 });
      assert.equal(orderRows(software, repeated).repeatedKey, rowKey(software, row));
    }),
  );
});

test('a row is of its class only with every column, and no other, and no null in its key', () => {
  const row: InventoryRow = {
    ...empty,
    ProductName: 'a',
    ProductVersion: '1',
    Architecture: 'x',
    Source: 'dpkg',
  };
  const { Section: _, ...missing } = row;
  assert.equal(checkRow(software, row), undefined);
  assert.deepEqual(checkRow(software, missing), { column: 'Section', problem: 'missing' });
  assert.deepEqual(checkRow(software, { ...row, Source: null }), {
    column: 'Source',
    problem: 'null_key',
  });
  const foreign = JSON.parse(`{"__proto__": 1, ${JSON.stringify(row).slice(1)}`);
  assert.deepEqual(checkRow(software, foreign), {
    column: '__proto__',
    problem: 'unknown_column',
  });
});
