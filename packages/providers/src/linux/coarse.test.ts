import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coarse, coarseOf } from './coarse.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

test('a small drift of free space on a large disk does not show', () => {
  const size = 500 * GIB;
  const free = 200 * GIB + 10 * MIB;
  assert.equal(
    coarseOf(free, size, 1024, 16 * MIB),
    coarseOf(free + 200 * MIB, size, 1024, 16 * MIB),
  );
});

test('a figure is never rounded up, and loses at most its step', () => {
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (value) => {
      const rounded = coarse(value, 16, MIB);
      assert.ok(rounded <= value && value - rounded < Math.max(MIB, value / 16 + 1));
      assert.ok(Number.isSafeInteger(rounded));
    }),
  );
});

test('a small disk is rounded to the least step', () => {
  assert.equal(coarseOf(100 * MIB + 1, GIB, 1024, 16 * MIB), 96 * MIB);
});
