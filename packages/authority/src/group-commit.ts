import { MoorlineError } from '@moorline/kernel';

export interface GroupCommitOptions<Item, Value> {
  /**
   * Commits a group together, and answers each item in order, with a value or with the error of that item alone. When
   * it rejects, nothing of the group was done.
   */
  commit(items: readonly Item[]): Promise<readonly (Value | Error)[]>;
  /** Most items of a group. */
  readonly maxItems: number;
  /** How much an item is, in any unit; absent: nothing. */
  readonly sizeOf?: (item: Item) => number;
  /** Items of a group are together at most this much; a larger one goes alone. */
  readonly maxSize?: number;
  /** Items that wait are together at most this much: one more is refused with `full`. */
  readonly maxWaiting?: number;
  readonly full?: () => Error;
  /** Items of one key are committed one after the other, in the order in which they came. Absent: in any. */
  readonly keyOf?: (item: Item) => string;
  /** Groups that are committed at the same time; default 1. */
  readonly atOnce?: number;
  /** Least time from the beginning of one group to that of the next: requests that trickle in share commits, too. */
  readonly gatherMs?: number;
}

interface Waiting<Item, Value> {
  readonly item: Item;
  readonly size: number;
  readonly key: string | undefined;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/**
 * Commits what is asked for together: while one commit runs, requests gather, and the next commit takes them in the
 * order in which they came. Under load the cost of a commit is shared; alone, a request waits for nothing but the
 * others of this turn of the event loop (and `gatherMs`, when another came just before). A group that is rejected as a
 * whole, for another reason than that the database is away, is committed item by item: what is wrong with one fails no
 * other.
 */
export function createGroupCommit<Item, Value>(
  options: GroupCommitOptions<Item, Value>,
): (item: Item) => Promise<Value> {
  type Entry = Waiting<Item, Value>;
  const { commit, maxItems, sizeOf, maxSize = Number.POSITIVE_INFINITY } = options;
  const { keyOf, maxWaiting = Number.POSITIVE_INFINITY, atOnce = 1, gatherMs = 0 } = options;
  const busyKeys = new Set<string>();
  let waiting: Entry[] = [];
  let waitingSize = 0;
  let running = 0;
  let isScheduled = false;
  let startedAt = Number.NEGATIVE_INFINITY;

  function take(): Entry[] {
    const group: Entry[] = [];
    const left: Entry[] = [];
    const passedOver = new Set<string>();
    let size = 0;
    let at = 0;
    for (; at < waiting.length && group.length < maxItems; at++) {
      const entry = waiting[at] as Entry; // below its length
      const { key } = entry;
      const isBusy = key !== undefined && (busyKeys.has(key) || passedOver.has(key));
      if (!isBusy && group.length > 0 && size + entry.size > maxSize) break;
      if (isBusy) {
        passedOver.add(key);
        left.push(entry);
        continue;
      }
      group.push(entry);
      size += entry.size;
      if (key !== undefined) busyKeys.add(key);
    }
    waiting = left.length === 0 ? waiting.slice(at) : [...left, ...waiting.slice(at)];
    waitingSize -= size;
    return group;
  }

  async function run(group: readonly Entry[]): Promise<void> {
    running++;
    try {
      await settle(group);
    } finally {
      running--;
      for (const { key } of group) if (key !== undefined) busyKeys.delete(key);
      schedule();
    }
  }

  async function settle(group: readonly Entry[]): Promise<void> {
    try {
      const outcomes = await commit(group.map(({ item }) => item));
      for (const [index, entry] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome instanceof Error) entry.reject(outcome);
        else if (outcome === undefined) entry.reject(new TypeError('an item was not answered'));
        else entry.resolve(outcome);
      }
    } catch (error) {
      if (group.length > 1 && !isUnavailable(error)) {
        for (const entry of group) await settle([entry]);
      } else {
        for (const entry of group) entry.reject(error);
      }
    }
  }

  function start(): void {
    isScheduled = false;
    while (running < atOnce && waiting.length > 0) {
      const group = take();
      if (group.length === 0) return;
      startedAt = performance.now();
      void run(group);
    }
  }

  function schedule(): void {
    if (isScheduled || running >= atOnce || waiting.length === 0) return;
    isScheduled = true;
    const pauseMs = startedAt + gatherMs - performance.now();
    if (pauseMs > 0) setTimeout(start, Math.ceil(pauseMs));
    // Requests that arrived together are read in one turn: all of them are to be in the group.
    else setImmediate(start);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const size = sizeOf?.(item) ?? 0;
      if (options.full && waiting.length > 0 && waitingSize + size > maxWaiting) {
        reject(options.full());
        return;
      }
      waiting.push({ item, size, key: keyOf?.(item), resolve, reject });
      waitingSize += size;
      schedule();
    });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MoorlineError && error.kind === 'unavailable';
}
