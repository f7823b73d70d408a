/** Randomness as it is handed in. */
export interface Entropy {
  /** `count` fresh random bytes. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1). Not for secrets. */
  fraction(): number;
}

export const systemEntropy: Entropy = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  fraction: () => Math.random(),
};
