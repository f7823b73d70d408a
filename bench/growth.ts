import type { Figure } from './report.ts';
import { growth, readable, round } from './stats.ts';
import { columns } from './table.ts';

/** The figures of a suite at one size of the fleet. */
export interface Grown {
  readonly size: number;
  readonly figures: readonly Figure[];
}

/** How one figure moves with the size. */
export interface Growth {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  /** `k` of `value ∝ size^k`, with its standard error; null where a value is not above 0. */
  readonly exponent: number | null;
  readonly error: number | null;
}

/** Figures of the same words, but for the size itself, through all sizes. */
export function growthOf(grown: readonly Grown[]): readonly Growth[] {
  const names = new Map<string, string>();
  const values = new Map<string, Map<number, number>>();
  for (const { size, figures } of grown) {
    for (const { what, value, unit } of figures) {
      const name = what.replaceAll(String(size), 'N');
      names.set(name, unit);
      const bySize = values.get(name) ?? new Map<number, number>();
      values.set(name, bySize.set(size, value));
    }
  }
  return [...names].map(([what, unit]) => {
    const bySize = values.get(what) ?? new Map<number, number>();
    const points = [...bySize].map(([size, cost]) => ({ size, cost }));
    const isFit = points.length > 2 && points.every(({ cost }) => cost > 0);
    const line = isFit ? growth(points) : null;
    return {
      what,
      unit,
      values: grown.map(({ size }) => bySize.get(size) ?? null),
      exponent: line ? round(line.slope, 2) : null,
      error: line ? round(line.slopeError, 2) : null,
    };
  });
}

/** Sizes across, figures down, the exponent last: 0 does not grow, 1 grows in proportion. */
export function growthText(grown: readonly Grown[]): string {
  return columns([
    ['figure', ...grown.map(({ size }) => String(size)), 'unit', '∝ size^k'],
    ...growthOf(grown).map(({ what, unit, values, exponent, error }) => [
      what,
      ...values.map((value) => (value === null ? '' : String(readable(value)))),
      unit,
      exponent === null ? '' : `k = ${exponent} ± ${error ?? '?'}`,
    ]),
  ]);
}
