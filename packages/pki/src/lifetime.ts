export const HOUR_MS: number = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;

/** Life of a device's or connector's certificate. */
export const CLIENT_LIFE_MS: number = 90 * DAY_MS;
/** Life of a host's own certificate. */
export const SERVER_LIFE_MS: number = 30 * DAY_MS;
export const CA_LIFE_MS: number = 3653 * DAY_MS;
// Certificates begin a little in the past, for peers whose clock is slow.
const SKEW_MS = 5 * 60_000;

export interface Lifetime {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The lifetime of a certificate made now, in whole seconds as certificates have it, never past `endMs`. */
export function lifetime(
  nowMs: number,
  lifeMs: number,
  endMs: number = Number.POSITIVE_INFINITY,
): Lifetime {
  return {
    notBefore: wholeSeconds(nowMs - SKEW_MS),
    notAfter: wholeSeconds(Math.min(nowMs + lifeMs, endMs)),
  };
}

/** When a certificate is to be renewed: at two thirds of its life. Milliseconds since 1970, all three. */
export function renewAfter(notBefore: number, notAfter: number): number {
  return Math.floor(notBefore + ((notAfter - notBefore) * 2) / 3);
}

function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}
