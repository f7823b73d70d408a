/** What COPY can write: Dates go as RFC 3339, objects and arrays as JSON (for json and jsonb columns). */
export type CopyValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | undefined
  | readonly unknown[]
  | { readonly [key: string]: unknown };

const SPECIAL = /[\\\b\f\n\r\t\v]/;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'g');
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** One value in COPY's text format. @spec PostgreSQL 18, COPY, “Text Format” */
export function copyField(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  return escapeText(JSON.stringify(value));
}

/** One row in COPY's text format, with its end of line. */
export function copyLine(values: readonly CopyValue[]): string {
  let line = '';
  let separator = '';
  for (const value of values) {
    line += separator + copyField(value);
    separator = '\t';
  }
  return `${line}\n`;
}

function escapeText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(EVERY_SPECIAL, (character) => ESCAPES[character] ?? character);
}

const ESCAPED = /\\(.)/g;
const MEANT: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** What a field of COPY's text format says, as PostgreSQL writes it. @spec PostgreSQL 18, COPY, “Text Format” */
export function fieldText(field: string): string | null {
  if (!field.includes('\\')) return field;
  if (field === '\\N') return null;
  return field.replace(ESCAPED, (_, character: string) => MEANT[character] ?? character);
}
