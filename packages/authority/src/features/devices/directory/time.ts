// PostgreSQL's times are microseconds since this. A double holds them exactly until 2285; beyond, it still tells
// milliseconds apart, which is what is ever written here.
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** A time as the directory keeps it. */
export function microsecondsOf(timeMs: number): number {
  return (timeMs - EPOCH_MS) * 1000;
}

const TEXT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d)(?::(\d\d))?$/;

/** PostgreSQL's text of a time, as a page token carries it; NaN for what is none. */
export function microsecondsOfText(text: string): number {
  const [, day, time, fraction = '', hours, minutes = '00'] = TEXT.exec(text) ?? [];
  const timeMs = Date.parse(`${day}T${time}${hours}:${minutes}`);
  return microsecondsOf(timeMs) + Number(fraction.padEnd(6, '0'));
}

/** A time as PostgreSQL writes it in UTC, and reads it. */
export function timeText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  // Beyond what a double holds exactly, only the milliseconds are true.
  const rest = microseconds - seconds * 1e6;
  const fraction = Number.isSafeInteger(microseconds) ? rest : Math.round(rest / 1000) * 1000;
  const text = new Date(EPOCH_MS + seconds * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}.${String(fraction).padStart(6, '0')}+00`;
}
