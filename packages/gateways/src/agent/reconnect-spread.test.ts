import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReconnectSpread } from './reconnect-spread.ts';

test('the spread grows with the fleet, counts those that are away, and has bounds', () => {
  const spread = createReconnectSpread();
  assert.equal(spread.seconds(), 1);
  spread.connected(19_000);
  assert.equal(spread.seconds(), 76);
  spread.connected(10);
  assert.equal(spread.seconds(), 76);
  spread.connected(10_000_000);
  assert.equal(spread.seconds(), 900);
});

test('the first to come are told of all that are expected', () => {
  const spread = createReconnectSpread(5_000);
  spread.connected(1);
  assert.equal(spread.seconds(), 20);
});
