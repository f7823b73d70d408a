/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** 0 ≤ x < 1. */
  fraction(): number;
  /** A whole number, 0 ≤ x < `below`. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** One of them, the first ones more often: of n, the k-th with weight 1/k. */
  pickSkewed<T>(from: readonly T[]): T;
}

/** mulberry32: fast, and good enough to draw a fleet. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  const at = <T>(from: readonly T[], index: number): T => {
    const item = from[index];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  return {
    fraction,
    below,
    pick: (from) => at(from, below(from.length)),
    // n^x is spread as 1/k: few things are common, most are rare.
    pickSkewed: (from) =>
      at(from, Math.min(from.length - 1, Math.floor((from.length + 1) ** fraction()) - 1)),
  };
}
