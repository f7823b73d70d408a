import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Machine, type Versions, versions } from './machine.ts';

/** One figure of a suite, beside the bar that it is held to. */
export interface Figure {
  readonly suite: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The bar in words, and whether the figure keeps it; absent: for information. */
  readonly bar?: { readonly text: string; readonly kept: boolean };
  /** Which way is better; absent: neither. */
  readonly better?: 'more' | 'less';
  /** The repeats whose median the value is: their spread is the noise. */
  readonly samples?: readonly number[];
  /** The limit or peer of the same run, in the same unit. */
  readonly beside?: { readonly what: string; readonly value: number };
}

export interface Report {
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly versions?: Versions;
  /** Suites by name, with the workload that they stated. */
  readonly workloads?: Readonly<Record<string, string>>;
  readonly isQuick?: boolean;
  /** When each suite was run, by its name. */
  readonly ranAt?: Readonly<Record<string, string>>;
  readonly figures: readonly Figure[];
}

/** A report of what was run just now, on this machine. */
export function newReport(
  run: Pick<Report, 'figures'> & Partial<Pick<Report, 'workloads' | 'isQuick'>>,
): Report {
  const at = new Date().toISOString();
  const { commit, machine, packages } = versions();
  const suites = new Set(run.figures.map(({ suite }) => suite));
  const ranAt = Object.fromEntries([...suites].map((suite) => [suite, at]));
  return { at, commit, machine, versions: packages, ...run, ranAt };
}

/** Writes it as JSON, by its time, and returns the file's path. */
export async function writeReport(folder: string, report: Report): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${report.at.replaceAll(':', '-').slice(0, 19)}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** Why suites of `after` cannot stand in one report with those of `before`; undefined: they can. */
export function differenceOf(before: Report, after: Report): string | undefined {
  const marks = (report: Report): readonly (readonly [string, unknown])[] => [
    ['commit', report.commit],
    ['machine', report.machine],
    ['versions', report.versions],
    ['sizes (--quick)', report.isQuick === true],
  ];
  const others = new Map(marks(after));
  return marks(before).find(([name, mark]) => !isDeepStrictEqual(mark, others.get(name)))?.[0];
}

/** The suites of both; of one that both have, those of `after`. */
export function joined(before: Report, after: Report): Report {
  const replaced = new Set(after.figures.map(({ suite }) => suite));
  return {
    ...after,
    workloads: { ...before.workloads, ...after.workloads },
    ranAt: { ...before.ranAt, ...after.ranAt },
    figures: [...before.figures.filter(({ suite }) => !replaced.has(suite)), ...after.figures],
  };
}

/** A report by its path, or by its name in `folder`. */
export async function readReport(folder: string, name: string): Promise<Report> {
  const path = name.includes('/') || name.endsWith('.json') ? name : join(folder, `${name}.json`);
  // Written by `writeReport`: the folder is the bench's own.
  return JSON.parse(await readFile(path, 'utf8')) as Report;
}
