interface Span {
  readonly start: number;
  readonly length: number;
}

export interface Piece {
  readonly start: number;
  readonly text: string;
  readonly isWrong: boolean;
}

/** The text in pieces, of which some are what the spans name. A span of no length marks the character at it. */
export function piecesOf(text: string, spans: readonly Span[]): readonly Piece[] {
  const ranges = spans.map(({ start, length }) => {
    const from = Math.min(start, Math.max(0, text.length - 1));
    return { from, to: Math.min(text.length, Math.max(from + 1, start + length)) };
  });
  const edges = [0, text.length, ...ranges.flatMap(({ from, to }) => [from, to])];
  const sorted = [...new Set(edges)].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((start, index) => ({
    start,
    text: text.slice(start, sorted[index + 1]),
    isWrong: ranges.some(({ from, to }) => from <= start && start < to),
  }));
}

/** `Line 2, character 5`, both counted from 1. */
export function placeOf(text: string, start: number): string {
  const before = text.slice(0, start).split('\n');
  return `Line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1}`;
}
