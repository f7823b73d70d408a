import type { Clock } from '@moorline/kernel';

/** How the authority's clock stands to this machine's, by the Date of its answers. */
export interface ServerTime {
  /** Takes the Date header of an answer that has just arrived. */
  observe(dateHeader: string | undefined): void;
  /** Milliseconds by which the authority's clock is ahead of this one's; 0 while unknown or close. */
  readonly skewMs: number;
  /** The time to judge the authority's deadlines by. */
  now(): number;
}

/** Below this the Date header's whole seconds and the network's delay say nothing. */
const NOTABLE_SKEW_MS = 5 * 60_000;

export function createServerTime(clock: Clock): ServerTime {
  let skewMs = 0;
  return {
    observe(dateHeader) {
      const date = Date.parse(dateHeader ?? '');
      if (Number.isNaN(date)) return;
      const difference = date - clock.now();
      skewMs = Math.abs(difference) >= NOTABLE_SKEW_MS ? difference : 0;
    },
    get skewMs() {
      return skewMs;
    },
    now: () => clock.now() + skewMs,
  };
}
