import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** One figure of a suite, beside the bar that it is held to. */
export interface Figure {
  readonly suite: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The bar in words, and whether the figure keeps it; absent: for information. */
  readonly bar?: { readonly text: string; readonly kept: boolean };
}

/** Writes the figures as JSON with what they were measured on, and returns the file's path. */
export async function writeReport(folder: string, figures: readonly Figure[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${at.replaceAll(':', '-').slice(0, 19)}.json`);
  const report = {
    at,
    commit: commit(),
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      kernel: release(),
      node: process.version,
    },
    figures,
  };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** The figures as a table for the terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ suite, what, value, unit, bar }) => [
    suite,
    what,
    `${value} ${unit}`.trim(),
    bar ? bar.text : '',
    bar ? (bar.kept ? 'kept' : 'MISSED') : '',
  ]);
  const all = [['suite', 'what', 'figure', 'bar', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
