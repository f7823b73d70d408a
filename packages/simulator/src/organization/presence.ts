import type { Presence } from '../population.ts';
import type { FleetProfile } from '../profile/fleet-profile.ts';
import { draws, fraction, type Seed } from '../random/draw.ts';
import { DAY_MS, HOUR_MS } from './days.ts';
import { isServer, type Persona } from './persona.ts';
import { SALT } from './salts.ts';

const MINUTE_MS = 60_000;
const ALWAYS: Presence = { isOnline: true, until: Number.POSITIVE_INFINITY };
const SATURDAY = 6;
const SUNDAY = 0;

/** When a device is switched on, by the working day at its office. */
export function presenceOf(
  { hours }: FleetProfile,
  seed: Seed,
  persona: Persona,
  nowMs: number,
): Presence {
  if (hours.presence === 'always' || isServer(persona.kind)) return ALWAYS;
  const isLeftOn = fraction(seed, SALT.presence, persona.number, -1) < hours.leftOnShare;
  if (persona.kind === 'desktop' && isLeftOn) return ALWAYS;
  const offsetMs = zoneOffsetMs(persona.office.timeZone, nowMs);
  const day = Math.floor((nowMs + offsetMs) / DAY_MS);
  const midnight = day * DAY_MS - offsetMs;
  for (const [from, to] of spansOf(hours, seed, persona.number, day)) {
    const start = midnight + from * MINUTE_MS;
    const end = midnight + to * MINUTE_MS;
    if (nowMs < start) return { isOnline: false, until: start };
    if (nowMs < end) return { isOnline: true, until: end };
  }
  return { isOnline: false, until: midnight + DAY_MS };
}

type Span = readonly [fromMinute: number, toMinute: number];

/** Spans of one local day, in order, in minutes. */
function spansOf(
  hours: FleetProfile['hours'],
  seed: Seed,
  number: number,
  day: number,
): readonly Span[] {
  const habit = fraction(seed, SALT.presence, number);
  const today = draws(seed, SALT.day, number * 40_000 + day);
  // 1970-01-01 was a Thursday.
  const weekday = (day + 4) % 7;
  if (weekday === SATURDAY || weekday === SUNDAY) {
    const start = 560 + today.below(300);
    return today.chance(hours.weekendShare) ? [[start, start + 40 + today.below(140)]] : [];
  }
  if (today.chance(hours.absentShare)) return [];
  const start = Math.round(420 + 120 * habit + 25 * today.normal());
  const end = Math.round(start + 500 + 35 * today.normal() + 40 * habit);
  const lunch = start + 230 + today.below(60);
  const spans: Span[] = [
    [start, lunch],
    [lunch + 20 + today.below(30), end],
  ];
  if (today.chance(hours.eveningShare)) {
    const evening = Math.max(end + 45, 1200 + today.below(90));
    spans.push([evening, Math.min(evening + 30 + today.below(90), 1439)]);
  }
  return spans.filter(([from, to]) => from < to);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, { readonly hour: number; readonly offsetMs: number }>();

/** By which local time is ahead of UTC; good to the hour in which it changes. */
export function zoneOffsetMs(timeZone: string, nowMs: number): number {
  const hour = Math.floor(nowMs / HOUR_MS);
  const known = offsets.get(timeZone);
  if (known?.hour === hour) return known.offsetMs;
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(nowMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  const minutes = match ? Number(match[2]) * 60 + Number(match[3]) : 0;
  const offsetMs = (match?.[1] === '-' ? -minutes : minutes) * MINUTE_MS;
  offsets.set(timeZone, { hour, offsetMs });
  return offsetMs;
}
