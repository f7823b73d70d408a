import type { Clock } from '@moorline/kernel';

export interface TokenBucketOptions {
  /** Most tokens that a key can save up. */
  readonly capacity: number;
  readonly refillPerSecond: number;
  /** Most keys remembered; beyond it the one unused longest is forgotten, that is, full again. */
  readonly maxKeys: number;
}

/** A token bucket per key, in memory. */
export interface TokenBuckets {
  /** Takes `count` tokens; 0 when they were there, else after how many milliseconds they will be. */
  take(key: string, count?: number): number;
  /** How many milliseconds until the key has a token; takes nothing. */
  waitMs(key: string): number;
  /** Takes a token, into debt if need be. */
  charge(key: string): void;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export function createTokenBuckets(clock: Clock, options: TokenBucketOptions): TokenBuckets {
  const { capacity, refillPerSecond, maxKeys } = options;
  // A Map keeps the order of insertion: what is used goes to the end, the first is the oldest.
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string): Bucket {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: capacity, atMs: now };
    // A clock that was set back refills nothing, and takes nothing away.
    const elapsedMs = Math.max(0, now - bucket.atMs);
    bucket.tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * refillPerSecond);
    bucket.atMs = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > maxKeys) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    return bucket;
  }
  const waitFor = (bucket: Bucket, count: number): number =>
    bucket.tokens >= count ? 0 : Math.ceil(((count - bucket.tokens) / refillPerSecond) * 1000);

  return {
    take(key, count = 1) {
      const bucket = bucketOf(key);
      const wait = waitFor(bucket, count);
      if (wait === 0) bucket.tokens -= count;
      return wait;
    },
    waitMs: (key) => waitFor(bucketOf(key), 1),
    charge(key) {
      bucketOf(key).tokens -= 1;
    },
  };
}
