import { safeText } from './safe-text.ts';

/** A value as people read it in a table: `name` is its field, whose ending tells the unit. */
export function cellText(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return isBytes(name) ? bytesText(value) : String(value);
  if (typeof value === 'string') return safeText(timeText(value));
  if (Array.isArray(value)) return value.map((item) => cellText('', item)).join(', ') || '-';
  return safeText(JSON.stringify(value));
}

function isBytes(name: string): boolean {
  return /(InBytes|Bytes)$/.test(name);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytesText(bytes: number): string {
  const step = bytes > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10)) : 0;
  const amount = bytes / 1024 ** step;
  return `${step === 0 ? amount : amount.toFixed(1)} ${UNITS[step]}`;
}

/** `2026-11-23T15:57:36.120Z` as `2026-11-23 15:57:36Z`; any other text as it is. */
export function timeText(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(text);
  return match ? `${match[1]} ${match[2]}Z` : text;
}
