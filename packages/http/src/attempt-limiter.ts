import { isIPv6 } from 'node:net';
import { type Clock, MoorlineError } from '@moorline/kernel';
import { httpErrors } from './errors.ts';
import { createTokenBuckets } from './rate-limit.ts';

/** Slows down whoever guesses secrets: counts failed attempts per remote address, in memory. */
export interface AttemptLimiter {
  /**
   * Runs `work` unless the address has failed too often. A failure that the caller caused (4xx) costs a token;
   * success, and what is our own fault, costs nothing.
   * @throws `request.too_many_attempts`, with `retryAfterSeconds`, or what `work` throws
   */
  attempt<T>(remoteAddress: string, work: () => Promise<T>): Promise<T>;
}

export interface AttemptLimits {
  /** Failures before it begins to wait; default 20. */
  readonly burst?: number;
  /** Then so many a minute; default 10. */
  readonly perMinute?: number;
  /** Attempts of one address that may run at once; default 64. */
  readonly concurrent?: number;
}

const MAX_ADDRESSES = 100_000;

export function createAttemptLimiter(clock: Clock, limits: AttemptLimits = {}): AttemptLimiter {
  const { burst = 20, perMinute = 10, concurrent = 64 } = limits;
  const failures = createTokenBuckets(clock, {
    capacity: burst,
    refillPerSecond: perMinute / 60,
    maxKeys: MAX_ADDRESSES,
  });
  const running = new Map<string, number>();

  return {
    async attempt(remoteAddress, work) {
      const key = network(remoteAddress);
      const inFlight = running.get(key) ?? 0;
      const waitMs = inFlight >= concurrent ? 1000 : failures.waitMs(key);
      if (waitMs > 0) {
        throw httpErrors.tooManyAttempts({ retryAfterSeconds: Math.ceil(waitMs / 1000) });
      }
      running.set(key, inFlight + 1);
      try {
        return await work();
      } catch (error) {
        if (error instanceof MoorlineError && error.kind === 'failure' && error.status < 500) {
          failures.charge(key);
        }
        throw error;
      } finally {
        const left = (running.get(key) ?? 1) - 1;
        if (left > 0) running.set(key, left);
        else running.delete(key);
      }
    },
  };
}

// Whoever has one IPv6 address has the 2^64 of its network.
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const right = tail === '' ? [] : tail.split(':');
    while (left.length + right.length < 8) left.push('0');
    left.push(...right);
  }
  return left.slice(0, 4).join(':');
}
