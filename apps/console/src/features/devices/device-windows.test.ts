import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryClient } from '@tanstack/react-query';
import { deviceWindowQuery, forgetFarWindows, windowsFor } from './device-windows.ts';

test('the windows of the rows in sight are read, and the next one before it is reached', () => {
  assert.deepEqual(windowsFor({ first: 0, last: 20 }, 100_000), [0]);
  assert.deepEqual(windowsFor({ first: 45, last: 65 }, 100_000), [0, 1]);
  assert.deepEqual(windowsFor({ first: 130, last: 150 }, 100_000), [0, 1]);
  assert.deepEqual(windowsFor({ first: 99_980, last: 99_999 }, 100_000), [999]);
  assert.deepEqual(windowsFor({ first: 0, last: 5 }, 6), [0]);
  assert.deepEqual(windowsFor({ first: 0, last: -1 }, 0), []);
});

test('what is kept of a list is bounded: the windows nearest to where one is', () => {
  const queryClient = new QueryClient();
  const options = { search: 'ws' };
  const other = { search: 'srv' };
  for (let index = 0; index < 200; index++) {
    queryClient.setQueryData(deviceWindowQuery(options, index).queryKey, []);
    queryClient.setQueryData(deviceWindowQuery(other, index).queryKey, []);
  }
  forgetFarWindows(queryClient, { search: 'ws' }, 100);
  const kept = queryClient
    .getQueryCache()
    .findAll({ queryKey: ['devices', 'window'] })
    .map(({ queryKey }) => [queryKey[2], queryKey[3]] as const);
  assert.equal(kept.length, 30);
  for (const [of, index] of kept) {
    assert.deepEqual(of, options);
    assert.ok(Math.abs(Number(index) - 100) <= 15, String(index));
  }
  queryClient.clear();
});
