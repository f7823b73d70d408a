import { fraction, type Seed } from '../random/draw.ts';
import { SALT } from './salts.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;
const MONTH_DAYS = 30.44;
/** 2026-01-01, from where patch levels are counted. */
const YEAR_START_DAY = Date.UTC(2026, 0, 1) / DAY_MS;
/** Devices that have run longer are not asked further. */
const LONGEST_UPTIME_DAYS = 120;

export function dayOf(hour: number): number {
  return Math.floor(hour / 24);
}

/** RFC 3339, to the second. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The hour of the device's last start: each day it starts with the rate's probability, at an hour of its own. */
export function lastStartHour(seed: Seed, number: number, hour: number, perDay: number): number {
  const today = dayOf(hour);
  const share = Math.min(perDay, 0.9);
  for (let day = today; day > today - LONGEST_UPTIME_DAYS; day--) {
    if (fraction(seed, SALT.restart, number, day) >= share) continue;
    const start = day * 24 + Math.floor(5 + 6 * fraction(seed, SALT.restartTime, number, day));
    if (start <= hour) return start;
  }
  return (today - LONGEST_UPTIME_DAYS) * 24;
}

/** Which release of something that comes every `everyDays` a device has, and the day on which it was installed. */
export function installedRelease(
  lagDays: (release: number) => number,
  everyDays: number,
  offsetDays: number,
  day: number,
): { readonly release: number; readonly installedOn: number } {
  const latest = Math.floor((day - offsetDays) / everyDays);
  for (let release = latest; release > latest - 12; release--) {
    const installedOn = Math.floor(offsetDays + release * everyDays + lagDays(release));
    if (installedOn <= day) return { release, installedOn };
  }
  const release = latest - 12;
  return { release, installedOn: Math.floor(offsetDays + release * everyDays) };
}

/** Months since the beginning of 2026, with fractions; negative before. */
export function monthsOf(day: number): number {
  return (day - YEAR_START_DAY) / MONTH_DAYS;
}

export function firstDayOfMonths(months: number): number {
  return YEAR_START_DAY + months * MONTH_DAYS;
}

/** Days until a device installs something: few for most, many for some. */
export function lagOf(at: number, meanDays: number, isLaggard: boolean): number {
  return -Math.log(1 - at) * meanDays * (isLaggard ? 4 : 1);
}
