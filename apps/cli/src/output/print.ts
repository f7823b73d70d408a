import { renderCsv } from '@moorline/codecs/csv';
import type { Terminal } from '../terminal.ts';
import { cellText } from './cell.ts';
import { safeJson } from './safe-text.ts';
import { renderFacts, renderTable } from './table.ts';

export const OUTPUT_FORMATS = ['table', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

type Row = Readonly<Record<string, unknown>>;

/** Rows in the caller's format. `columns` are the fields of a table and of csv; json has what the rows have. */
export function printRows(
  terminal: Terminal,
  format: OutputFormat,
  rows: readonly Row[],
  columns: readonly string[],
  empty: string,
): void {
  if (format === 'json') {
    terminal.write(`${safeJson(rows)}\n`);
  } else if (format === 'csv') {
    terminal.write(renderCsv(columns, rows));
  } else if (rows.length === 0) {
    terminal.note(`${empty}\n`);
  } else {
    const cells = rows.map((row) => columns.map((column) => cellText(column, row[column])));
    terminal.write(renderTable(headersOf(columns), cells, terminal.columns));
  }
}

/** One thing in the caller's format. */
export function printOne(
  terminal: Terminal,
  format: OutputFormat,
  thing: Row,
  columns: readonly string[] = Object.keys(thing),
): void {
  if (format === 'json') {
    terminal.write(`${safeJson(thing)}\n`);
  } else if (format === 'csv') {
    terminal.write(renderCsv(columns, [thing]));
  } else {
    const facts = columns.map(
      (column) => [headerOf(column), cellText(column, thing[column])] as const,
    );
    terminal.write(renderFacts(facts));
  }
}

/** One header each: two that would read the same keep their units. */
function headersOf(columns: readonly string[]): readonly string[] {
  const headers = columns.map(headerOf);
  return headers.map((header, index) => {
    const alone = headers.indexOf(header) === headers.lastIndexOf(header);
    return alone ? header : words(columns[index] ?? header);
  });
}

/** `lastSyncDateTime` as `last sync`. */
export function headerOf(field: string): string {
  return words(field.replace(/(?:DateTime|InBytes|Bytes)$/, ''));
}

function words(field: string): string {
  return field.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}
