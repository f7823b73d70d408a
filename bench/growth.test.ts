import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Grown, growthOf, growthText } from './growth.ts';

function at(size: number, values: Readonly<Record<string, number>>): Grown {
  return {
    size,
    figures: Object.entries(values).map(([what, value]) => ({
      ...{ suite: 'lists', what, value, unit: 'ms' },
    })),
  };
}

const GROWN = [1_000, 5_000, 20_000].map((size) =>
  at(size, { [`a page of ${size}`]: 7, start: size / 100, errors: 0 }),
);

test('a figure is followed through the sizes, whatever size its words name', () => {
  const [page, start, errors] = growthOf(GROWN);
  assert.deepEqual([page?.what, page?.values, page?.exponent], ['a page of N', [7, 7, 7], 0]);
  assert.equal(start?.exponent, 1);
  assert.equal(errors?.exponent, null);
});

test('a figure that is not there at a size leaves its place empty', () => {
  const [page] = growthOf([...GROWN, at(50_000, {})]);
  assert.deepEqual(page?.values, [7, 7, 7, null]);
});

test('the table has a column for each size and the exponent', () => {
  assert.match(growthText(GROWN), /figure +1000 +5000 +20000 +unit +∝ size\^k/);
  assert.match(growthText(GROWN), /start +10 +50 +200 +ms +k = 1 ±/);
});
