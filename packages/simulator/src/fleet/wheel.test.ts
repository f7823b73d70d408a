import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@moorline/kernel';
import { createWheel } from './wheel.ts';

/** A clock whose sleeps end at once, each taking its time. */
function quickClock(): Clock {
  let now = 1_000_000;
  return {
    now: () => now,
    async sleep(delayMs) {
      now += delayMs;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('every member is woken once, at its time, near or far', async () => {
  const clock = quickClock();
  const start = clock.now();
  const times = [50, 100, 101, 5_000, 5_000, 819_100, 1_000_000];
  const wheel = createWheel(times.length + 1, clock);
  for (const [member, time] of times.entries()) wheel.set(member, start + time);
  wheel.set(times.length, start + 300);
  wheel.clear(times.length);
  const woken = new Map<number, number>();
  const stop = new AbortController();
  await wheel.run(
    (member) => {
      assert.ok(!woken.has(member), `${member} was woken twice`);
      woken.set(member, clock.now() - start);
      if (woken.size === times.length) stop.abort();
    },
    () => {},
    stop.signal,
  );
  for (const [member, time] of times.entries()) {
    const at = woken.get(member) ?? 0;
    assert.ok(at >= time - 100 && at <= time + 200, `${member}: ${at} for ${time}`);
  }
  assert.equal(woken.has(times.length), false);
});

test('a member set again is woken at its later time only', async () => {
  const clock = quickClock();
  const start = clock.now();
  const wheel = createWheel(1, clock);
  wheel.set(0, start + 200);
  wheel.set(0, start + 2_000);
  const stop = new AbortController();
  let at = 0;
  await wheel.run(
    () => {
      at = clock.now() - start;
      stop.abort();
    },
    () => {},
    stop.signal,
  );
  assert.ok(at >= 1_900 && at <= 2_200, String(at));
});
