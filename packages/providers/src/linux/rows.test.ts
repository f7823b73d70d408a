import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRow, INVENTORY_CLASSES, inventoryClass } from '@moorline/model';
import fc from 'fast-check';
import { cleanText, createRowSet, type FoundRow, fitRow } from './rows.ts';

test('values of any content become rows that pass the check', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3000 }),
    fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    }),
    fc.double(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...INVENTORY_CLASSES),
      fc.array(value, { maxLength: 20 }),
      (declared, values) => {
        const found: FoundRow = Object.fromEntries(
          values
            .slice(0, declared.columns.length)
            .map((each, index) => [declared.columns[index]?.name, each]),
        );
        const row = fitRow(declared, found);
        if (row !== undefined) assert.equal(checkRow(declared, row), undefined);
      },
    ),
    { numRuns: 500 },
  );
});

test('control characters and halves of surrogate pairs are replaced, line breaks become blanks', () => {
  assert.equal(cleanText('a\u0000b\u001b[31mc', 64), 'a\uFFFDb\uFFFD[31mc');
  assert.equal(cleanText('one\r\ntwo\tthree', 64), 'one two three');
  assert.equal(cleanText('\ud800x', 64), '\uFFFDx');
});

test('a long text is cut without cutting a character in half', () => {
  assert.equal(cleanText('ab😀', 3), 'ab');
  assert.equal(cleanText('ab😀', 4), 'ab😀');
  assert.equal(cleanText('x'.repeat(5_000_000), 10), 'xxxxxxxxxx');
});

test('nothing but blanks is null', () => {
  assert.equal(cleanText(' \t\n', 10), null);
});

test('times outside of what can be written are null, others are cut to the second', () => {
  const os = inventoryClass('OS');
  assert.ok(os);
  assert.equal(
    fitRow(os, { LastBootUpTime: 1_700_000_000_999 })?.LastBootUpTime,
    '2023-11-14T22:13:20Z',
  );
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300])
    assert.equal(fitRow(os, { LastBootUpTime: bad })?.LastBootUpTime, null);
});

test('a row set keeps the first row of a key, drops rows without a key and stops at the limit', () => {
  const user = inventoryClass('User');
  assert.ok(user);
  const set = createRowSet({ ...user, maxRows: 2 });
  set.add({ Name: null, UserId: 9 });
  set.add({ Name: 'a', UserId: 1 });
  set.add({ Name: 'a', UserId: 2 });
  set.add({ Name: 'b', UserId: 3 });
  set.add({ Name: 'c', UserId: 4 });
  assert.deepEqual(
    set.rows.map((row) => [row.Name, row.UserId]),
    [
      ['a', 1],
      ['b', 3],
    ],
  );
});

test('a column that the class does not have is a mistake of ours', () => {
  const user = inventoryClass('User');
  assert.ok(user);
  assert.throws(() => fitRow(user, { Name: 'a', Password: 'x' }), TypeError);
});
