import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';
import { createCandidates, reserve, selectRange } from './select-range.ts';

const COUNT = 60_000;

/** Slots 0 to COUNT with these values, asked for by value and then slot. */
async function select(
  keyOf: (slot: number) => number,
  range: { skip: number; take: number },
): Promise<{ found: number[]; expected: number[]; compared: number }> {
  const candidates = createCandidates();
  reserve(candidates, COUNT);
  candidates.length = COUNT;
  for (let slot = 0; slot < COUNT; slot++) {
    candidates.slots[slot] = slot;
    candidates.primaries[slot] = Math.floor(keyOf(slot));
  }
  let compared = 0;
  const compare = (a: number, b: number): number => {
    compared++;
    return keyOf(a) - keyOf(b) || a - b;
  };
  const found = await selectRange(candidates, range, compare, createPace());
  const slots = Array.from({ length: COUNT }, (_, slot) => slot);
  const expected = slots.sort((a, b) => keyOf(a) - keyOf(b) || a - b);
  return { found, expected: expected.slice(range.skip, range.skip + range.take), compared };
}

const SHAPES: Readonly<Record<string, (slot: number) => number>> = {
  'in any order': (slot) => (slot * 7919) % 60_013,
  'in order': (slot) => slot,
  'in the opposite order': (slot) => -slot,
  'all alike': () => 5,
  'of two kinds': (slot) => slot % 2,
  'with one beginning': (slot) => ((slot * 31) % 997) / 1000,
  periodic: (slot) => slot % 1024,
};

for (const [shape, keyOf] of Object.entries(SHAPES)) {
  test(`selects any part of rows that are ${shape}, sorted`, async () => {
    for (const range of [
      { skip: 0, take: 1 },
      { skip: 0, take: 101 },
      { skip: 29_990, take: 101 },
      { skip: 50_000, take: 1001 },
      { skip: COUNT - 3, take: 101 },
      { skip: COUNT, take: 101 },
      { skip: 0, take: COUNT },
    ]) {
      const { found, expected } = await select(keyOf, range);
      assert.deepEqual(found, expected);
    }
  });
}

test('does not sort the whole, wherever the page is', async () => {
  for (const skip of [0, 30_000, 59_000]) {
    const { compared } = await select(() => 0, { skip, take: 101 });
    // All alike, so that every decision is a comparison; sorting would take a million.
    assert.ok(compared < 250_000, String(compared));
  }
});
