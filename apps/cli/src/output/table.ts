import { displayWidth, fitText } from './safe-text.ts';

const GAP = '  ';
const NARROWEST = 8;

/**
 * Rows under headers, aligned. Cells are plain, safe text of one line. With `width`, the widest columns are
 * cut until a line fits; the last one is not padded.
 */
export function renderTable(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const lines = [headers.map((header) => header.toUpperCase()), ...rows];
  const widths = headers.map((_, index) =>
    Math.max(...lines.map((line) => displayWidth(line[index] ?? ''))),
  );
  if (width !== undefined) shrink(widths, width);
  return lines
    .map((line) =>
      headers
        .map((_, index) => {
          const text = fitText(line[index] ?? '', widths[index] ?? 0);
          return text + ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
        })
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Takes from the widest column until all fit, or all are as narrow as may be. */
function shrink(widths: number[], available: number): void {
  const total = (): number =>
    widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (total() > available) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= NARROWEST) return;
    widths[widest] = Math.max(NARROWEST, width - (total() - available), nextWidest(widths, width));
  }
}

// One column is not cut far below its neighbour while that one keeps its full width.
function nextWidest(widths: readonly number[], width: number): number {
  const narrower = widths.filter((other) => other < width);
  return narrower.length > 0 ? Math.min(width - 1, Math.max(...narrower)) : width - 1;
}

/** `name  value` lines, for one thing. */
export function renderFacts(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => displayWidth(name)));
  return facts
    .map(([name, value]) => `${name}${' '.repeat(width - displayWidth(name))}${GAP}${value}\n`)
    .join('');
}
