/**
 * Where the rows of a list of any length are. All rows have one height, so that nothing is measured and no
 * structure grows with the list.
 */

export const ROW_HEIGHT = 40;
/** Browsers draw nothing beyond some 17 million pixels (Firefox); a longer list is scrolled in larger steps. */
const MAX_HEIGHT = 12_000_000;
/** Rows are placed from a base that moves in steps: offsets stay small, and most scrolling changes none. */
const BASE_STEP = 1_000;

export interface RowSpan {
  readonly first: number;
  /** Inclusive; below `first` when there are no rows. */
  readonly last: number;
}

/** The height of the list in the frame's scroll range. */
export function scrollHeight(total: number): number {
  return Math.min(total * ROW_HEIGHT, MAX_HEIGHT);
}

/** How many pixels of the list are above the frame when it is scrolled to `scrollTop`. */
export function listOffset(scrollTop: number, viewHeight: number, total: number): number {
  const range = scrollHeight(total) - viewHeight;
  const hidden = total * ROW_HEIGHT - viewHeight;
  if (range <= 0 || hidden <= 0) return 0;
  const share = Math.min(1, Math.max(0, scrollTop / range));
  return range === hidden ? share * hidden : Math.round(share * hidden);
}

/** The `scrollTop` at which `offset` pixels of the list are above the frame. */
export function scrollTopFor(offset: number, viewHeight: number, total: number): number {
  const range = scrollHeight(total) - viewHeight;
  const hidden = total * ROW_HEIGHT - viewHeight;
  if (range <= 0 || hidden <= 0) return 0;
  return (Math.min(hidden, Math.max(0, offset)) / hidden) * range;
}

/** Rows of which some is to be seen. */
export function rowsInSight(offset: number, viewHeight: number, total: number): RowSpan {
  return {
    first: Math.max(0, Math.floor(offset / ROW_HEIGHT)),
    last: Math.min(total - 1, Math.ceil((offset + viewHeight) / ROW_HEIGHT) - 1),
  };
}

/** The offset that brings the row into sight with the least movement. */
export function offsetToShow(index: number, offset: number, viewHeight: number): number {
  const top = index * ROW_HEIGHT;
  if (top < offset) return top;
  return Math.max(offset, top + ROW_HEIGHT - viewHeight);
}

/** The row that the drawn ones are placed from. */
export function baseRow(first: number): number {
  return Math.floor(first / BASE_STEP) * BASE_STEP;
}
