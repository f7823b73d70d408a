import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MoorlineError } from '@moorline/kernel';
import { createFakeClock } from '@moorline/testkit/clock';
import { createAttemptLimiter } from './attempt-limiter.ts';
import { createTokenBuckets } from './rate-limit.ts';

const WRONG = new MoorlineError({
  code: 'x.wrong_token',
  kind: 'failure',
  status: 403,
  text: 'No.',
});

async function fail(): Promise<never> {
  throw WRONG;
}

function isLimited(error: unknown): boolean {
  return error instanceof MoorlineError && error.code === 'request.too_many_attempts';
}

test('a bucket gives its burst, then as much as time brings', () => {
  const clock = createFakeClock();
  const buckets = createTokenBuckets(clock, { capacity: 3, refillPerSecond: 2, maxKeys: 10 });
  assert.deepEqual(
    [1, 2, 3].map(() => buckets.take('a')),
    [0, 0, 0],
  );
  assert.equal(buckets.take('a'), 500);
  assert.equal(buckets.take('b'), 0);
  clock.advance(500);
  assert.equal(buckets.take('a'), 0);
  assert.equal(buckets.take('a'), 500);
});

test('only so many keys are remembered, the ones used last', () => {
  const clock = createFakeClock();
  const buckets = createTokenBuckets(clock, { capacity: 1, refillPerSecond: 0.001, maxKeys: 2 });
  buckets.take('a');
  buckets.take('b');
  assert.ok(buckets.take('a') > 0);
  buckets.take('c');
  assert.ok(buckets.take('a') > 0);
  assert.equal(buckets.take('b'), 0);
});

test('failures of one address are counted, and success costs nothing', async () => {
  const clock = createFakeClock();
  const limiter = createAttemptLimiter(clock, { burst: 3, perMinute: 6 });
  for (let index = 0; index < 50; index++) await limiter.attempt('10.0.0.1', async () => 'ok');
  for (let index = 0; index < 3; index++) {
    await assert.rejects(limiter.attempt('10.0.0.1', fail), { code: 'x.wrong_token' });
  }
  let ran = false;
  const attempt = limiter.attempt('10.0.0.1', async () => {
    ran = true;
  });
  await assert.rejects(attempt, (error) => isLimited(error) && /Wait 10 s/.test(String(error)));
  assert.equal(ran, false);
  await limiter.attempt('10.0.0.2', async () => 'ok');
  clock.advance(10_000);
  await limiter.attempt('10.0.0.1', async () => 'ok');
});

test('what is our own fault costs the caller nothing', async () => {
  const limiter = createAttemptLimiter(createFakeClock(), { burst: 1 });
  for (let index = 0; index < 3; index++) {
    const bug = limiter.attempt('10.0.0.1', async () => {
      throw new Error('database is down');
    });
    await assert.rejects(bug, /database is down/);
  }
});

test('attempts in parallel do not slip past the count', async () => {
  const limiter = createAttemptLimiter(createFakeClock(), { burst: 2, concurrent: 4 });
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => limiter.attempt('10.0.0.1', fail)),
  );
  const limited = results.filter((one) => one.status === 'rejected' && isLimited(one.reason));
  assert.equal(limited.length, 16);
});

for (const [one, other] of [
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
  ['::ffff:10.0.0.9', '10.0.0.9'],
] as const) {
  test(`${one} and ${other} count as one`, async () => {
    const limiter = createAttemptLimiter(createFakeClock(), { burst: 1 });
    await assert.rejects(limiter.attempt(one, fail), { code: 'x.wrong_token' });
    await assert.rejects(limiter.attempt(other, fail), isLimited);
  });
}
