import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topRows } from './cpu-profile.ts';

const node = (id: number, functionName: string, url = '', lineNumber = 0) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});

test('rows are the functions’ own time, most first, of the time that was not idle', () => {
  const profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'sign', 'file:///x/pki/sign.ts', 9),
      node(3, 'parse', '', 0),
    ],
    samples: [1, 2, 2, 3],
    timeDeltas: [5_000, 1_000, 2_000, 1_000],
  };
  assert.deepEqual(topRows(profile, 5), [
    { name: 'sign  pki/sign.ts:10', selfMs: 3, share: 0.75 },
    { name: 'parse', selfMs: 1, share: 0.25 },
  ]);
  assert.equal(topRows(profile, 1).length, 1);
});
