import type { UploadSettings } from '@moorline/contracts/admin';
import { rfc3339 } from '@moorline/kernel';

/** Whether a batch may leave now; else since when it may, and why not before. */
export type Permit =
  | { readonly kind: 'now' }
  | {
      readonly kind: 'later';
      readonly phase: 'paused' | 'outsideHours' | 'waiting';
      /** Milliseconds since the epoch; null: when an administrator says so. */
      readonly at: number | null;
      readonly reason: string;
    };

const MINUTE_MS = 60_000;
const NOW: Permit = { kind: 'now' };

/** When the next batch may leave. */
export function permitOf(
  settings: UploadSettings,
  moment: {
    /** When the last run of uploads came to its end; null: one is under way, or there was none. */
    readonly lastRunAt: number | null;
    /** Until when the bandwidth is used up. */
    readonly restUntil: number;
    readonly now: number;
  },
): Permit {
  const { lastRunAt, restUntil, now } = moment;
  const { hours, intervalMinutes, bandwidthKilobytesPerSecond } = settings;
  if (settings.paused) {
    return {
      kind: 'later',
      phase: 'paused',
      at: null,
      reason:
        'Paused by an administrator of this site: changes are kept, and leave when it is resumed.',
    };
  }
  if (hours !== null && hours.from !== hours.to && !isWithin(hours, now)) {
    return {
      kind: 'later',
      phase: 'outsideHours',
      at: nextTime(hours.from, now),
      reason: `Uploads leave from ${hours.from} to ${hours.to} only, by the clock of this site.`,
    };
  }
  const dueAt = lastRunAt === null ? now : lastRunAt + intervalMinutes * MINUTE_MS;
  if (dueAt > now) {
    return {
      kind: 'later',
      phase: 'waiting',
      at: dueAt,
      reason: `Uploads leave every ${intervalMinutes} min; the next run is at ${rfc3339(dueAt)}.`,
    };
  }
  if (bandwidthKilobytesPerSecond !== null && restUntil > now) {
    return {
      kind: 'later',
      phase: 'waiting',
      at: restUntil,
      reason: `The next batch leaves at ${rfc3339(restUntil)}: no more than ${bandwidthKilobytesPerSecond} kB/s may.`,
    };
  }
  return NOW;
}

/** How long so many bytes take at the bandwidth that may be used. */
export function spanOf({ bandwidthKilobytesPerSecond }: UploadSettings, bytes: number): number {
  return bandwidthKilobytesPerSecond === null ? 0 : bytes / bandwidthKilobytesPerSecond;
}

function isWithin({ from, to }: { from: string; to: string }, now: number): boolean {
  const at = new Date(now);
  const minutes = at.getHours() * 60 + at.getMinutes();
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start < end ? start <= minutes && minutes < end : start <= minutes || minutes < end;
}

function nextTime(time: string, now: number): number {
  const minutes = minutesOf(time);
  const at = new Date(now);
  at.setHours(Math.floor(minutes / 60), minutes % 60, 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** For people and logs; null: as soon as there is something. */
export function nextRunOf(permit: Permit): string | null {
  return permit.kind === 'later' && permit.at !== null ? rfc3339(permit.at) : null;
}
