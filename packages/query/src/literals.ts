import type { LiteralType } from './tree.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  h: 3_600_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
};
const MAX_SPAN_MS = 36_500 * 86_400_000;

/** A number of a query; undefined: it is none that doubles hold, or is written in another way. */
export function numberOf(type: LiteralType, text: string): number | undefined {
  const isWritten = type === 'long' ? /^\d{1,16}$/.test(text) : /^\d{1,16}(\.\d{1,9})?$/.test(text);
  const value = Number(text);
  return isWritten && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** `30d`, `12h`, `90m`, `45s`, fractions too, in milliseconds; undefined: not such a span, or beyond 100 years. */
export function spanOf(text: string): number | undefined {
  const inner = /^time(?:span)?\((.*)\)$/.exec(text)?.[1] ?? text;
  const match = /^(\d{1,9}(?:\.\d{1,3})?)([a-z]+)$/.exec(inner.trim());
  const unit = match?.[2] === undefined ? undefined : UNITS_MS[match[2]];
  if (unit === undefined) return undefined;
  const spanMs = Math.round(Number(match?.[1]) * unit);
  return spanMs <= MAX_SPAN_MS ? spanMs : undefined;
}

/** `datetime(2026-11-23)` and `datetime(2026-11-23T10:15:00Z)`, UTC; undefined: written otherwise, or no such day. */
export function timeOf(text: string): number | undefined {
  const inner = /^datetime\((.*)\)$/
    .exec(text)?.[1]
    ?.trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?Z?$/.exec(
    inner ?? '',
  );
  if (!match) return undefined;
  const [, day = '', time = '00:00'] = match;
  const timeMs = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(timeMs) || !new Date(timeMs).toISOString().startsWith(day)) return undefined;
  return timeMs;
}
