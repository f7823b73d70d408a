import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';
import { systemEntropy } from './entropy.ts';
import { isUuid, uuidv7 } from './ids.ts';

test('random bytes are as many as were asked for, and never the same twice', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 1000; round++) {
    for (const count of [8, 16, 17, 32]) {
      const bytes = systemEntropy.bytes(count);
      assert.equal(bytes.length, count);
      seen.add(bytes.join());
    }
  }
  assert.equal(seen.size, 4000);
});

test('what was handed out stays as it was when more is asked for, and can be written to', () => {
  const first = systemEntropy.bytes(16);
  const copy = Uint8Array.from(first);
  for (let round = 0; round < 300; round++) systemEntropy.bytes(16).fill(0);
  assert.deepEqual(first, copy);
});

test('ids are UUIDs that sort by the time at which they were made', () => {
  let now = systemClock.now();
  const clock = { ...systemClock, now: () => now };
  const ids = Array.from({ length: 200 }, () => {
    now += 1;
    return uuidv7(clock, systemEntropy);
  });
  assert.ok(ids.every(isUuid));
  assert.ok(ids.every((id) => id[14] === '7'));
  assert.deepEqual(ids.toSorted(), ids);
});
