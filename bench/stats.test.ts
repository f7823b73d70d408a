import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLine, growth, median, quantile, readable, round } from './stats.ts';

test('a quantile is a sample: the nearest rank, whatever the order', () => {
  const samples = [5, 1, 4, 2, 3];
  assert.equal(quantile(samples, 0), 1);
  assert.equal(quantile(samples, 0.5), 3);
  assert.equal(quantile(samples, 0.99), 5);
  assert.equal(quantile([7], 0.01), 7);
  assert.equal(median([4, 1]), 1);
  assert.deepEqual(samples, [5, 1, 4, 2, 3]);
});

test('there is no quantile of nothing', () => {
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('a line through points on a line has no error, and one through noise says how little it knows', () => {
  const exact = fitLine([0, 1, 2, 3].map((x) => ({ x, y: 2 * x + 1 })));
  assert.equal(round(exact.slope, 6), 2);
  assert.equal(round(exact.intercept, 6), 1);
  assert.equal(round(exact.slopeError, 6), 0);
  const noisy = fitLine([10, -10, 10, -10, 10, -10].map((y, x) => ({ x, y })));
  assert.ok(Math.abs(noisy.slope) < 2 * noisy.slopeError);
  assert.ok(Number.isNaN(fitLine([1, 2].map((x) => ({ x, y: x }))).slopeError));
});

test('growth is the exponent of the size', () => {
  const sizes = [1_000, 5_000, 20_000];
  const of = (cost: (size: number) => number): number =>
    round(growth(sizes.map((size) => ({ size, cost: cost(size) }))).slope, 6);
  assert.equal(
    of(() => 7),
    0,
  );
  assert.equal(
    of((size) => 3 * size),
    1,
  );
  assert.equal(
    of((size) => size ** 2),
    2,
  );
});

test('figures are shown with three digits that count', () => {
  assert.equal(readable(123_456), 123_456);
  assert.equal(readable(12.3456), 12.3);
  assert.equal(readable(0.0123456), 0.0123);
  assert.equal(readable(0), 0);
});
