/** How values are written for people, in the browser's language where that matters. */

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const preciseTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const number = new Intl.NumberFormat();
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** What a value that is not known is shown as. */
export const NOT_KNOWN = '—';

export function formatNumber(value: number): string {
  return number.format(value);
}

export function formatDateTime(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : dateTime.format(time);
}

export function formatDate(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : date.format(time);
}

export function formatFullTime(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : fullTime.format(time);
}

/** Hours to milliseconds. */
export function formatPreciseTime(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : preciseTime.format(time);
}

const STEPS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** "3 minutes ago", "in 2 days", "just now". */
export function formatRelative(text: string, nowMs: number): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) return text;
  const seconds = (time - nowMs) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 5 ? 'in less than a minute' : 'just now';
}

/** A span between two hops: "+8 ms", "+1.25 s", "+3 min 2 s". */
export function formatSpan(spanMs: number): string {
  const size = Math.abs(spanMs);
  const sign = spanMs < 0 ? '−' : '';
  if (size < 1_000) return `${sign}${Math.round(size)} ms`;
  if (size < 60_000) return `${sign}${(size / 1000).toFixed(2)} s`;
  const minutes = Math.floor(size / 60_000);
  if (minutes < 60) return `${sign}${minutes} min ${Math.round((size % 60_000) / 1000)} s`;
  return `${sign}${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const BINARY = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** With a factor of 1,024, and the letters that administrators of Windows devices know for it. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${BINARY[unit]}`;
}

const DECIMAL = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

function formatBitRate(bitsPerSecond: number): string {
  let value = bitsPerSecond;
  let unit = 0;
  while (value >= 1000 && unit < DECIMAL.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${DECIMAL[unit]}`;
}

/** A value of an inventory column, by the column's type and unit. Units not known are written after it. */
export function formatInventoryValue(
  value: unknown,
  column: { readonly type: string; readonly unit?: string | undefined },
): string {
  if (value === null || value === undefined || value === '') return NOT_KNOWN;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') {
    if (column.unit === 'bytes') return formatBytes(value);
    if (column.unit === 'bits/s') return formatBitRate(value);
    if (column.unit === 'seconds') return formatSpan(value * 1000);
    if (column.unit === 'MHz' && value >= 1000) return `${Number((value / 1000).toFixed(2))} GHz`;
    if (column.unit === 'percent') return `${formatNumber(value)} %`;
    return column.unit ? `${formatNumber(value)} ${column.unit}` : String(value);
  }
  if (column.type === 'dateTime' && typeof value === 'string') return formatDateTime(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Names that read badly when they are taken apart. */
const TITLES: Readonly<Record<string, string>> = {
  SMBIOSBIOSVersion: 'Firmware version',
  OS: 'Operating system',
  Bios: 'Firmware',
  IPConfig: 'IP configuration',
  EPStatus: 'Malware protection',
  PNPDevice: 'PCI devices',
  USBDevice: 'USB devices',
  SSHConfiguration: 'SSH configuration',
  IPV4Address: 'IPv4 address',
  IPV6Address: 'IPv6 address',
  IPV4DefaultGateway: 'IPv4 default gateway',
  IPV6DefaultGateway: 'IPv6 default gateway',
  osVersion: 'OS version',
  ethernetMacAddress: 'Ethernet MAC address',
  wifiMacAddress: 'Wi-Fi MAC address',
};

/** `NumberOfLogicalProcessors` → "Number of logical processors"; abbreviations stay as they are. */
export function titleOfColumn(name: string): string {
  if (Object.hasOwn(TITLES, name)) return TITLES[name] ?? name;
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ');
  return words
    .map((word, index) => (index === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word))
    .map((word, index) => (index === 0 || /^[A-Z\d]{2,}/.test(word) ? word : word.toLowerCase()))
    .join(' ');
}
