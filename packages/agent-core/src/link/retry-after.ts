import type { Clock } from '@moorline/kernel';

const LONGEST_MS = 24 * 3_600_000;

/** The wait that a Retry-After header asks for, at most a day; 0 when it asks for none. @spec RFC 9110 §10.2.3 */
export function retryAfterMs(header: string | undefined, clock: Clock): number {
  if (header === undefined) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.now();
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), LONGEST_MS);
}
