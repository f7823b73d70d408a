import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvCell, csvRow } from './csv.ts';
import { deviceListOptions, isNarrowed, validateDeviceSearch } from './device-search.ts';

test('text that a spreadsheet would take for a formula is exported as text', () => {
  for (const text of ['=1+1', '+1', '-cmd', '@SUM(A1)', '\t=1', '\r=1', '  =1', '|x', '%x']) {
    assert.match(csvCell(text), /^"'/, text);
  }
  assert.equal(csvCell('-12.5'), '"-12.5"');
  assert.equal(csvRow(['a"b', 'c,d']), '"a""b","c,d"\r\n');
});

test('a cell reads back as one cell, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.match(csvCell(text), /^"(?:[^"]|"")*"$/);
    }),
  );
});

test('the address says what is listed, and what it cannot mean is left out', () => {
  const search = validateDeviceSearch({
    q: 42,
    online: true,
    managedBy: 'nobody',
    activity: 'active',
    sort: '-lastSyncDateTime',
    other: 'x',
  });
  assert.deepEqual(search, {
    q: '42',
    online: 'true',
    activity: 'active',
    sort: '-lastSyncDateTime',
  });
  assert.equal(isNarrowed(search), true);
  assert.equal(isNarrowed(validateDeviceSearch({ sort: 'deviceName' })), false);
  assert.deepEqual(
    validateDeviceSearch({ online: '__proto__', sort: 'a;drop', connector: '../x' }),
    {},
  );
});

test('a search becomes a filter, an order and a phrase', () => {
  const options = deviceListOptions({
    q: 'ws',
    os: "O'S",
    online: 'false',
    sort: '-lastSyncDateTime',
  });
  assert.deepEqual(options, {
    filter: "(operatingSystem eq 'O''S') and (online eq false)",
    orderBy: [{ field: 'lastSyncDateTime', descending: true }],
    search: 'ws',
  });
});

test('a field that cannot be sorted by falls back to the name', () => {
  const { orderBy } = deviceListOptions({ sort: 'connectorName' });
  assert.deepEqual(orderBy, [{ field: 'deviceName', descending: false }]);
});
