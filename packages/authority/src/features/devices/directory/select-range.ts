import type { Pace } from './pace.ts';

/** Slots that a list is about, with the number that mostly decides their order; grown as needed, used again. */
export interface Candidates {
  slots: Uint32Array;
  primaries: Float64Array;
  length: number;
}

export function createCandidates(): Candidates {
  return { slots: new Uint32Array(0), primaries: new Float64Array(0), length: 0 };
}

/** Makes room for `more`; what is there stays. */
export function reserve(candidates: Candidates, more: number): void {
  const needed = candidates.length + more;
  if (needed <= candidates.slots.length) return;
  const size = Math.ceil(needed * 1.25);
  const { slots, primaries, length } = candidates;
  candidates.slots = new Uint32Array(size);
  candidates.slots.set(slots.subarray(0, length));
  candidates.primaries = new Float64Array(size);
  candidates.primaries.set(primaries.subarray(0, length));
}

/** What is sorted at once. */
const FEW = 2048;
const SAMPLE = 1024;
const STEP = 65_536;

/**
 * The slots that are at `skip` to `skip + take` in the order, sorted. A sample of the candidates gives two bounds
 * that these most probably are between; one pass puts what is outside of them aside, and so on until few are left:
 * the whole is never sorted, and costs the same wherever the page is. Changes the order of the candidates.
 * @param compare a total order of slots; rows with different primaries are ordered by these
 */
export async function selectRange(
  candidates: Candidates,
  range: { readonly skip: number; readonly take: number },
  compare: (a: number, b: number) => number,
  pace: Pace,
): Promise<number[]> {
  const { slots, primaries } = candidates;
  const order = (a: number, b: number): number =>
    (primaries[a] ?? 0) - (primaries[b] ?? 0) || compare(slots[a] ?? 0, slots[b] ?? 0);
  const first = range.skip;
  const last = Math.min(range.skip + range.take, candidates.length);
  if (first >= last) return [];
  let [start, end] = [0, candidates.length];
  while (end - start > Math.max(FEW, 4 * (last - first))) {
    const bounds = boundsOf(start, end, first, last, order);
    const middle = await partition(candidates, start, end, bounds, compare, pace);
    const before = end - start;
    if (first >= middle.start) start = middle.start;
    if (last <= middle.end) end = middle.end;
    // Never seen of a random sample; without it, a bound that divides nothing would be tried for ever.
    if (end - start > before * 0.9) break;
  }
  const sorted = Array.from({ length: end - start }, (_, index) => start + index).sort(order);
  return sorted.slice(first - start, last - start).map((index) => slots[index] ?? 0);
}

interface Bound {
  readonly primary: number;
  readonly slot: number;
}

/** Below `low` nothing is wanted, above `high` neither; null: there is no such bound. */
function boundsOf(
  start: number,
  end: number,
  first: number,
  last: number,
  order: (a: number, b: number) => number,
): { low: number | null; high: number | null } {
  const count = end - start;
  // Any numbers that have nothing to do with how rows lie in the table.
  let seed = count;
  const sample = Array.from({ length: SAMPLE }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return start + Math.floor((seed / 2 ** 32) * count);
  }).sort(order);
  const placeOf = (position: number): number => ((position - start) / count) * SAMPLE;
  // Three and a half standard deviations of a sample's rank, and a little for its ends.
  const margin = (place: number): number =>
    3.5 * Math.sqrt(Math.max(place, 1) * (1 - place / SAMPLE + 1 / SAMPLE)) + 4;
  const low = Math.floor(placeOf(first) - margin(placeOf(first)));
  const high = Math.ceil(placeOf(last) + margin(placeOf(last)));
  return {
    low: low < 0 ? null : (sample[low] ?? null),
    high: high >= SAMPLE ? null : (sample[high] ?? null),
  };
}

/** Puts what is below the low bound first and what is above the high one last; answers where the middle is. */
async function partition(
  { slots, primaries }: Candidates,
  start: number,
  end: number,
  bounds: { readonly low: number | null; readonly high: number | null },
  compare: (a: number, b: number) => number,
  pace: Pace,
): Promise<{ start: number; end: number }> {
  const boundAt = (index: number | null): Bound | null =>
    index === null ? null : { primary: primaries[index] ?? 0, slot: slots[index] ?? 0 };
  const low = boundAt(bounds.low) ?? { primary: Number.NEGATIVE_INFINITY, slot: -1 };
  const high = boundAt(bounds.high) ?? { primary: Number.POSITIVE_INFINITY, slot: -1 };
  let [below, above] = [start, end];
  let index = start;
  while (index < above) {
    const until = Math.min(above, index + STEP);
    for (; index < until && index < above; index++) {
      const primary = primaries[index] ?? 0;
      const slot = slots[index] ?? 0;
      if (primary < low.primary || (primary === low.primary && compare(slot, low.slot) < 0)) {
        swap(slots, primaries, index, below++);
      } else if (
        primary > high.primary ||
        (primary === high.primary && compare(slot, high.slot) > 0)
      ) {
        swap(slots, primaries, index--, --above);
      }
    }
    if (pace.due()) await pace.rest();
  }
  return { start: below, end: above };
}

function swap(slots: Uint32Array, primaries: Float64Array, a: number, b: number): void {
  const slot = slots[a] ?? 0;
  const primary = primaries[a] ?? 0;
  slots[a] = slots[b] ?? 0;
  primaries[a] = primaries[b] ?? 0;
  slots[b] = slot;
  primaries[b] = primary;
}
