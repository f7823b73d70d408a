import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allOf, anyOf, compare, compareTime, odataLiteral, textFilter } from './odata.ts';

test('a string literal reads back as the string, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const literal = odataLiteral(text);
      assert.match(literal, /^'(?:[^']|'')*'$/);
      assert.equal(literal.slice(1, -1).replaceAll("''", "'"), text);
    }),
  );
});

test('filters are combined in brackets, and absent ones leave no trace', () => {
  const online = compare('online', 'eq', true);
  assert.equal(allOf([undefined]), undefined);
  assert.equal(allOf([online, undefined]), 'online eq true');
  assert.equal(
    allOf([online, anyOf([compare('model', 'eq', null), textFilter('contains', 'model', "a'b")])]),
    "(online eq true) and ((model eq null) or (contains(model,'a''b')))",
  );
});

test('a point in time is written without quotes', () => {
  assert.equal(
    compareTime('lastSyncDateTime', 'ge', '2026-01-01T00:00:00Z'),
    'lastSyncDateTime ge 2026-01-01T00:00:00Z',
  );
});
