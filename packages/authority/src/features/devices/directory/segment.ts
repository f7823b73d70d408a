/** Rows of the directory are kept in segments of so many: growth never copies what is there. */
export const SEGMENT_ROWS = 16_384;
const SHIFT = 14;

/** A slot is a row's place for as long as the row is there: the segment's number and the row in it. */
export function segmentOf(slot: number): number {
  return slot >>> SHIFT;
}

export function rowOf(slot: number): number {
  return slot & (SEGMENT_ROWS - 1);
}

export function slotOf(segment: number, row: number): number {
  return (segment << SHIFT) | row;
}
