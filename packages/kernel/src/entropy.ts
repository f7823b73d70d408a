/** Randomness as it is handed in. */
export interface Entropy {
  /** `count` fresh random bytes. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1). Not for secrets. */
  fraction(): number;
}

// Asking for randomness costs the same for 16 bytes as for hundreds, and every request has an id.
const POOL_BYTES = 2048;
const POOLED_BYTES = 16;
let pool = new Uint8Array(0);
let at = 0;

function pooled(count: number): Uint8Array {
  if (at + count > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
    at = 0;
  }
  const bytes = pool.slice(at, at + count);
  // What was given away is known to nobody else.
  pool.fill(0, at, at + count);
  at += count;
  return bytes;
}

export const systemEntropy: Entropy = {
  bytes: (count) =>
    count <= POOLED_BYTES ? pooled(count) : crypto.getRandomValues(new Uint8Array(count)),
  fraction: () => Math.random(),
};
