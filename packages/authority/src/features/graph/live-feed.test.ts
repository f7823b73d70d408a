import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveEvent } from '@moorline/contracts/admin';
import { createFakeClock } from '@moorline/testkit';
import { createLiveFeed, LIVE_PERIOD_MS } from './live-feed.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function feedWith(): {
  sent: LiveEvent[];
  push: (event: LiveEvent) => void;
  pass: () => Promise<void>;
  stop: AbortController;
} {
  const clock = createFakeClock();
  const stop = new AbortController();
  const sent: LiveEvent[] = [];
  const push = createLiveFeed({
    clock,
    signal: stop.signal,
    send: (event) => void sent.push(event),
  });
  return {
    sent,
    push,
    stop,
    async pass() {
      clock.advance(LIVE_PERIOD_MS);
      await settle();
    },
  };
}

test('the first event goes at once, those that follow it together at the end of the period', async () => {
  const { sent, push, pass } = feedWith();
  for (const id of ['a', 'b', 'c', 'b']) push({ topic: 'device', ids: [id] });
  push({ topic: 'action', ids: ['x'] });
  assert.deepEqual(sent, [
    { topic: 'device', ids: ['a'] },
    { topic: 'action', ids: ['x'] },
  ]);
  await pass();
  assert.deepEqual(sent.slice(2), [{ topic: 'device', ids: ['b', 'c'] }]);
  await pass();
  push({ topic: 'device', ids: ['d'] });
  assert.deepEqual(sent.at(-1), { topic: 'device', ids: ['d'] });
});

test('a flood is at most four events a second and a topic, with no ids when there are too many', async () => {
  const { sent, push, pass } = feedWith();
  for (let period = 0; period < 4; period++) {
    for (let index = 0; index < 500; index++)
      push({ topic: 'device', ids: [`${period}-${index}`] });
    await pass();
  }
  assert.equal(sent.length, 5);
  assert.deepEqual(sent.at(-1), { topic: 'device', ids: [] });
});

test('nothing is sent after the stream has ended', async () => {
  const { sent, push, pass, stop } = feedWith();
  push({ topic: 'device', ids: ['a'] });
  push({ topic: 'device', ids: ['b'] });
  stop.abort();
  await pass();
  push({ topic: 'device', ids: ['c'] });
  assert.equal(sent.length, 1);
});
