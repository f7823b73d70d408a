import type { Figure, Report } from './report.ts';
import { median, readable } from './stats.ts';
import { columns } from './table.ts';

/** How a figure of one report differs from the same figure of another. */
export interface Difference {
  readonly suite: string;
  readonly what: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** Of `before`: 0.1 is ten percent more. */
  readonly change: number;
  /** Half the spread of the repeats of both, of `before`; null: measured once, so unknown. */
  readonly noise: number | null;
  readonly verdict: 'better' | 'worse' | 'different' | 'within noise' | 'noise unknown';
}

export interface Comparison {
  readonly differences: readonly Difference[];
  readonly onlyBefore: readonly Figure[];
  readonly onlyAfter: readonly Figure[];
}

/** Figures are the same when suite and words are: a workload of another size has other words. */
export function compareReports(before: Report, after: Report): Comparison {
  const others = new Map(after.figures.map((figure) => [keyOf(figure), figure]));
  const known = new Set(before.figures.map(keyOf));
  const differences = before.figures.flatMap((figure) => {
    const other = others.get(keyOf(figure));
    return other ? [difference(figure, other)] : [];
  });
  return {
    differences,
    onlyBefore: before.figures.filter((figure) => !others.has(keyOf(figure))),
    onlyAfter: after.figures.filter((figure) => !known.has(keyOf(figure))),
  };
}

function keyOf({ suite, what }: Figure): string {
  return `${suite}\n${what}`;
}

function difference(a: Figure, b: Figure): Difference {
  const [before, after] = [centre(a), centre(b)];
  const change = before === after ? 0 : (after - before) / Math.abs(before);
  const spreads = [a, b].map(halfSpread);
  const [spreadA, spreadB] = spreads;
  const noise =
    spreadA === undefined || spreadB === undefined || spreadA === null || spreadB === null
      ? null
      : (spreadA + spreadB) / Math.abs(before);
  const { suite, what, unit } = b;
  return {
    ...{ suite, what, unit, before, after, change, noise },
    verdict: verdictOf(change, noise, b.better),
  };
}

function verdictOf(
  change: number,
  noise: number | null,
  better: Figure['better'],
): Difference['verdict'] {
  if (change === 0) return 'within noise';
  if (noise === null) return 'noise unknown';
  if (Math.abs(change) <= noise) return 'within noise';
  if (better === undefined) return 'different';
  return change > 0 === (better === 'more') ? 'better' : 'worse';
}

function centre({ samples, value }: Figure): number {
  return samples && samples.length > 1 ? median(samples) : value;
}

function halfSpread({ samples }: Figure): number | null {
  if (!samples || samples.length < 2) return null;
  return (Math.max(...samples) - Math.min(...samples)) / 2;
}

/** The comparison for the terminal. */
export function comparisonText(before: Report, after: Report): string {
  const { differences, onlyBefore, onlyAfter } = compareReports(before, after);
  const rows = differences.map((one) => [
    one.suite,
    one.what,
    `${readable(one.before)} → ${readable(one.after)} ${one.unit}`.trim(),
    percent(one.change, true),
    one.noise === null ? '?' : `± ${percent(one.noise, false)}`,
    one.verdict,
  ]);
  const missing = (figures: readonly Figure[], where: string): string[] =>
    figures.map(({ suite, what }) => `only in ${where}: ${suite}: ${what}`);
  return [
    `${describe(before)}\n${describe(after)}`,
    ...(sameMachine(before, after) ? [] : ['!!! Not the same machine: compare ratios only.']),
    ...((before.isQuick === true) === (after.isQuick === true)
      ? []
      : ['!!! One of the two is a quick run: its workloads are smaller.']),
    '',
    columns([['suite', 'what', 'before → after', 'change', 'noise', ''], ...rows]),
    ...missing(onlyBefore, 'the first'),
    ...missing(onlyAfter, 'the second'),
  ].join('\n');
}

function describe({ at, commit, machine }: Report): string {
  return `${at}  commit ${commit}  ${machine.processor}, ${machine.cores} cores, Node ${machine.node}`;
}

function sameMachine({ machine: a }: Report, { machine: b }: Report): boolean {
  return a.processor === b.processor && a.cores === b.cores && a.memoryBytes === b.memoryBytes;
}

function percent(share: number, signed: boolean): string {
  const value = readable(share * 100);
  return `${signed && value > 0 ? '+' : ''}${value} %`;
}
