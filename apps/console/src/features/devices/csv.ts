/**
 * One cell of a CSV file, quoted. A spreadsheet takes text that begins with `=`, `+`, `-`, `@`, a tab or a
 * line end for a formula, also after spaces: such text gets an apostrophe before it, which shows as text.
 * @spec RFC 4180 §2; OWASP "CSV Injection"
 */
export function csvCell(text: string): string {
  const isPlainNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isPlainNumber && /^\s*[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
