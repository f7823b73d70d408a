import type { Figure } from './report.ts';
import { readable } from './stats.ts';

/** Figures as a table for the terminal. */
export function table(figures: readonly Figure[]): string {
  return columns([
    ['suite', 'what', 'figure', 'spread', 'beside it, same run', 'ratio', 'bar', ''],
    ...figures.map((figure) => [
      figure.suite,
      figure.what,
      withUnit(figure.value, figure.unit),
      spreadText(figure),
      figure.beside ? `${withUnit(figure.beside.value, figure.unit)} ${figure.beside.what}` : '',
      figure.beside ? String(readable(figure.value / figure.beside.value)) : '',
      figure.bar?.text ?? '',
      figure.bar ? (figure.bar.kept ? 'kept' : 'MISSED') : '',
    ]),
  ]);
}

/** Rows of cells, aligned to the left; a column that is empty in every row but the first is left out. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const used = Array.from({ length: width }, (_, column) => column).filter((column) =>
    rows.slice(1).some((row) => (row[column] ?? '') !== ''),
  );
  const widths = new Map(
    used.map((column) => [column, Math.max(...rows.map((row) => (row[column] ?? '').length))]),
  );
  return rows
    .map((row) =>
      used
        .map((column) => (row[column] ?? '').padEnd(widths.get(column) ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function withUnit(value: number, unit: string): string {
  return `${readable(value)} ${unit}`.trim();
}

function spreadText({ samples }: Figure): string {
  if (!samples || samples.length < 2) return '';
  return `${readable(Math.min(...samples))}–${readable(Math.max(...samples))}`;
}
