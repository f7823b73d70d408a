/**
 * Everything about a device follows from (seed, what, device, when): drawn by hashing these, never from a
 * generator whose state depends on what was asked before.
 */
export interface Seed {
  readonly text: string;
  readonly high: number;
  readonly low: number;
}

export function seedOf(text: string): Seed {
  return { text, high: hashText(text, 0x9e3779b9), low: hashText(text, 0x85ebca6b) };
}

/** 32 bits of FNV-1a, finished as MurmurHash3 does. */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return finish(hash);
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 32 even bits for what (`salt`, see `salts`), a device, and a number of the caller's own. */
export function bits(seed: Seed, salt: number, device: number, step = 0): number {
  let hash = finish(seed.low ^ Math.imul(salt, 0x9e3779b1));
  hash = finish(hash ^ Math.imul(device + 1, 0x85ebca77));
  return finish(hash ^ seed.high ^ Math.imul(step + 1, 0xc2b2ae3d));
}

/** A number in [0, 1). */
export function fraction(seed: Seed, salt: number, device: number, step = 0): number {
  return bits(seed, salt, device, step) / 0x1_0000_0000;
}

/** A stream of draws about one thing of one device. */
export interface Draws {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True in `share` of the cases. */
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T>(list: readonly T[], weightOf: (item: T) => number): T;
  /** `count` hexadecimal digits, upper case. */
  hex(count: number): string;
  /** Around 0 with standard deviation 1. */
  normal(): number;
}

export function draws(seed: Seed, salt: number, device: number): Draws {
  let step = 0;
  const next = (): number => fraction(seed, salt, device, step++);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(next() * list.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  };
  return {
    fraction: next,
    below: (below) => Math.floor(next() * below),
    chance: (share) => next() < share,
    pick,
    weighted: (list, weightOf) => weighted(list, weightOf, next()),
    hex(count) {
      let text = '';
      while (text.length < count) {
        text += bits(seed, salt, device, step++).toString(16).padStart(8, '0');
      }
      return text.slice(0, count).toUpperCase();
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** The item at `at` (in [0, 1)) of the whole weight. Items of weight 0 are never taken. */
export function weighted<T>(list: readonly T[], weightOf: (item: T) => number, at: number): T {
  let total = 0;
  for (const item of list) total += weightOf(item);
  let rest = at * total;
  let last: T | undefined;
  for (const item of list) {
    const weight = weightOf(item);
    if (weight <= 0) continue;
    last = item;
    rest -= weight;
    if (rest < 0) return item;
  }
  if (last === undefined) throw new Error('nothing has a weight');
  return last;
}
