import type { Clock, Entropy } from '@moorline/kernel';

const TICK_MS = 1_000;
const PERIOD_TICKS = 50;
const JITTER_TICKS = 5;
const SLOTS = 64;

/** Comes by every member about every 50 s, spread, with one timer for all of them. */
export interface PingWheel<T> {
  /** The first visit comes within one period, at a random time. */
  add(member: T): void;
  remove(member: T): void;
  run(signal: AbortSignal): Promise<void>;
}

/** `visit` answers whether the member stays. */
export function createPingWheel<T extends { wheelSlot: number }>(
  deps: { readonly clock: Clock; readonly entropy: Entropy },
  visit: (member: T) => boolean,
): PingWheel<T> {
  const slots = Array.from({ length: SLOTS }, () => new Set<T>());
  let now = 0;

  function place(member: T, afterTicks: number): void {
    member.wheelSlot = (now + Math.max(1, afterTicks)) % SLOTS;
    slots[member.wheelSlot]?.add(member);
  }
  function jittered(): number {
    return (
      PERIOD_TICKS - JITTER_TICKS + Math.floor(deps.entropy.fraction() * (2 * JITTER_TICKS + 1))
    );
  }
  return {
    add: (member) => place(member, Math.ceil(deps.entropy.fraction() * PERIOD_TICKS)),
    remove(member) {
      slots[member.wheelSlot]?.delete(member);
    },
    async run(signal) {
      for (;;) {
        await deps.clock.sleep(TICK_MS, { signal });
        now = (now + 1) % SLOTS;
        const due = slots[now];
        if (!due || due.size === 0) continue;
        // A visit may add and remove members: the slot is emptied before any of them.
        const members = [...due];
        due.clear();
        for (const member of members) {
          if (visit(member)) place(member, jittered());
        }
      }
    },
  };
}
