import type { QueryOptions } from '@moorline/codecs/odata';

/** Rows that one answer holds at most, and by default. */
export const PAGE = { default: 100, max: 1000 } as const;

/** How many rows a request asks for at once: `$top` is the size of a page, as in Graph. */
export function pageSize(options: QueryOptions): number {
  return Math.min(options.top ?? PAGE.default, PAGE.max);
}

/** One page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[];
  /** All that match; null when it was not asked for. */
  readonly count: number | null;
  /** For the next page; null at the end. */
  readonly skipToken: string | null;
}
