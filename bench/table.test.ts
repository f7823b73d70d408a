import assert from 'node:assert/strict';
import { test } from 'node:test';
import { held } from './bars.ts';
import { columns, table } from './table.ts';

test('columns are aligned, and one that nobody uses is left out', () => {
  assert.equal(
    columns([
      ['a', 'unused', 'c'],
      ['long', '', 'x'],
      ['b', '', 'y'],
    ]),
    'a     c\nlong  x\nb     y',
  );
});

test('a figure stands beside its peer with the ratio, and beside its bar', () => {
  const text = table([
    {
      suite: 'checkin',
      what: 'documents',
      value: 4000,
      unit: '/s',
      samples: [3900, 4000, 4200],
      beside: { what: 'bare', value: 8000 },
      bar: held('checkin', 0.2),
    },
  ]);
  assert.match(text, /4000 \/s +3900–4200 +8000 \/s bare +0\.5 +≥ 0\.25 × bare +MISSED/);
});

test('a value at the bar keeps it, unless the bar says below', () => {
  assert.equal(held('listP95', 100).kept, true);
  assert.equal(held('listP95', 100.1).kept, false);
  assert.equal(held('agentCpu', 0.1).kept, false);
  assert.equal(held('upload', Number.NaN).kept, false);
});
