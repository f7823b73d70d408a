import type { ActionFate, LinkQuality } from '../population.ts';
import type { FleetProfile } from '../profile/fleet-profile.ts';
import { draws, fraction, hashText, type Seed } from '../random/draw.ts';
import { DAY_MS, HOUR_MS } from './days.ts';
import { SALT } from './salts.ts';

const PERFECT: LinkQuality = {
  dropEveryMs: 0,
  halfOpenShare: 0,
  duplicateShare: 0,
  restartEveryMs: 0,
};

export function linkOf({ links }: FleetProfile, seed: Seed, number: number): LinkQuality {
  const isFlaky = fraction(seed, SALT.link, number) < links.flakyShare;
  if (!isFlaky && links.duplicateShare === 0 && links.crashesPerDay === 0) return PERFECT;
  return {
    dropEveryMs: isFlaky && links.dropsPerDay > 0 ? DAY_MS / links.dropsPerDay : 0,
    halfOpenShare: links.halfOpenShare,
    duplicateShare: links.duplicateShare,
    restartEveryMs: links.crashesPerDay > 0 ? DAY_MS / links.crashesPerDay : 0,
  };
}

const MINUTE_MS = 60_000;
/** A dead battery: the clock begins anew in its maker's year. */
const YEARS_BACK_MS = 9 * 365 * DAY_MS;

/** By how much a device's clock is ahead, in ms; 0 for most. */
export function clockErrorOf({ clocks }: FleetProfile, seed: Seed, number: number): number {
  const clock = draws(seed, SALT.clock, number);
  if (!clock.chance(clocks.wrongShare)) return 0;
  const how = clock.fraction();
  const sign = clock.chance(0.5) ? 1 : -1;
  if (how < clocks.yearsShare) return -YEARS_BACK_MS - clock.below(2 * 365) * DAY_MS;
  if (how < clocks.yearsShare + clocks.hoursShare) return sign * (1 + clock.below(11)) * HOUR_MS;
  return sign * (1 + clock.below(40)) * MINUTE_MS;
}

// HRESULTs, which are signed.
const FAILURES = [
  {
    errorCode: 0x80070020 | 0,
    message: 'The local policy store is in use by another process. Try again.',
  },
  { errorCode: 0x8007000e | 0, message: 'There was not enough memory to apply the policy.' },
  { errorCode: 0x80070070 | 0, message: 'The system disk is full.' },
  { errorCode: 0x80004005 | 0, message: 'A component of the client did not answer in time.' },
] as const;

/** What becomes of an action: by its id, so that a repeat comes out the same. */
export function fateOf(
  { actions }: FleetProfile,
  seed: Seed,
  number: number,
  actionId: string,
  kind: string,
): ActionFate {
  const rates = (Object.hasOwn(actions, kind) ? actions[kind] : undefined) ?? actions.default;
  if (!rates) return { thinkMs: 0, failure: null };
  const fate = draws(seed, SALT.fate ^ hashText(actionId), number);
  const failure = fate.chance(rates.failureShare) ? fate.pick(FAILURES) : null;
  const thinkMs = Math.round(rates.medianMs * Math.exp(rates.spread * fate.normal()));
  return { thinkMs, failure };
}
