/** Rows with a header line. @spec RFC 4180 §2 */
export function renderCsv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  return csvHeader(columns) + csvRecords(columns, rows);
}

/** The header line alone, for rows that follow in parts. */
export function csvHeader(columns: readonly string[]): string {
  return `${columns.map(csvText).join(',')}\r\n`;
}

/** Rows alone, each with its line end. */
export function csvRecords(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => csvField(row[column])).join(','));
  return lines.map((line) => `${line}\r\n`).join('');
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return csvText(typeof value === 'string' ? value : JSON.stringify(value));
}

// A spreadsheet runs a cell that begins with one of these; full-width forms count as the same in some.
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

function csvText(text: string): string {
  const plain = text.toWellFormed().replace(CONTROLS, '');
  const inert = FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
