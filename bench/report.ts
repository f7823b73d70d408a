import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  readonly figures: readonly Figure[];
}

/** Writes the figures as JSON with what they were measured on, and returns the file's path. */
export async function writeReport(
  folder: string,
  run: Pick<Report, 'figures'> & Partial<Pick<Report, 'workloads' | 'isQuick'>>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${at.replaceAll(':', '-').slice(0, 19)}.json`);
  const { commit, machine, packages } = versions();
  const report: Report = { at, commit, machine, versions: packages, ...run };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** A report by its path, or by its name in `folder`. */
export async function readReport(folder: string, name: string): Promise<Report> {
  const path = name.includes('/') || name.endsWith('.json') ? name : join(folder, `${name}.json`);
  // Written by `writeReport`: the folder is the bench's own.
  return JSON.parse(await readFile(path, 'utf8')) as Report;
}
