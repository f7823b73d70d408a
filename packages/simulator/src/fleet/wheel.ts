import type { Clock } from '@moorline/kernel';

const TICK_MS = 100;
const SLOTS = 8192;
const NONE = -1;

/** Wakes members (numbers from 0) at their time, with one timer for all; two numbers of memory each. */
export interface Wheel {
  /** Replaces the member's former time. */
  set(member: number, atMs: number): void;
  clear(member: number): void;
  /** Runs until the signal. `due` may set any member again. */
  run(due: (member: number) => void, tick: () => void, signal: AbortSignal): Promise<void>;
}

export function createWheel(members: number, clock: Clock): Wheel {
  const slots = new Int32Array(SLOTS).fill(NONE);
  const next = new Int32Array(members).fill(NONE);
  const previous = new Int32Array(members).fill(NONE);
  const slotOf = new Int32Array(members).fill(NONE);
  const at = new Float64Array(members);
  let now = Math.floor(clock.now() / TICK_MS);

  const clear = (member: number): void => {
    const slot = slotOf[member] ?? NONE;
    if (slot === NONE) return;
    const before = previous[member] ?? NONE;
    const after = next[member] ?? NONE;
    if (before === NONE) slots[slot] = after;
    else next[before] = after;
    if (after !== NONE) previous[after] = before;
    slotOf[member] = NONE;
  };
  const set = (member: number, atMs: number): void => {
    clear(member);
    at[member] = atMs;
    // What is further away than one turn is looked at on the way, and goes on.
    const ticks = Math.min(Math.max(Math.ceil(atMs / TICK_MS) - now, 1), SLOTS - 1);
    const slot = (now + ticks) % SLOTS;
    const first = slots[slot] ?? NONE;
    next[member] = first;
    previous[member] = NONE;
    if (first !== NONE) previous[first] = member;
    slots[slot] = member;
    slotOf[member] = slot;
  };
  return {
    set,
    clear,
    async run(due, tick, signal) {
      const turn = (): void => {
        const slot = now % SLOTS;
        const limit = clock.now();
        // The slot is emptied first: whoever is set again meanwhile waits for a later tick.
        const woken: number[] = [];
        for (let member = slots[slot] ?? NONE; member !== NONE; member = next[member] ?? NONE) {
          woken.push(member);
        }
        for (const member of woken) clear(member);
        for (const member of woken) {
          const wanted = at[member] ?? 0;
          if (wanted > limit + TICK_MS) set(member, wanted);
          else due(member);
        }
      };
      while (!signal.aborted) {
        await clock.sleep(TICK_MS, { signal }).catch(() => {});
        const until = Math.floor(clock.now() / TICK_MS);
        // A machine that slept has missed turns: one whole turn finds everybody.
        if (until - now > SLOTS) now = until - SLOTS;
        while (now < until && !signal.aborted) {
          now++;
          turn();
        }
        tick();
      }
    },
  };
}
