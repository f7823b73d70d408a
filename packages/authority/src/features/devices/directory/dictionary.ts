import { Buffer } from 'node:buffer';
import { prefixOf } from './text-segment.ts';

/**
 * The distinct texts of a column of which there are few, each with a code. Texts are "byte strings": a character
 * for each byte of UTF-8, so that comparing them compares bytes, as collation "C" does.
 */
export interface Dictionary {
  /** By code; code 0 is null. A code that is free has an empty text. */
  readonly texts: readonly (string | null)[];
  /** The code of the text, made when it is new; takes a reference. A negative length is null. */
  take(source: Buffer, start: number, length: number): number;
  /** Gives a reference back; a code without any is used again for another text. */
  release(code: number): void;
  /** The text's code, or undefined when no row has it. */
  find(text: string): number | undefined;
  /**
   * By code, a number in the order of the texts, null as the empty text. Exact (equal numbers, equal texts) when
   * there are not too many; else only their first bytes.
   */
  order(): { readonly primaries: Float64Array; readonly isExact: boolean };
  /** Where `text` stands in that order; between two when it is not there. */
  primaryOf(text: string): number;
}

/** Sorting more at once would hold up the process. */
const MOST_RANKED = 10_000;

export function createDictionary(): Dictionary {
  const texts: (string | null)[] = [null];
  const references: number[] = [0];
  const free: number[] = [];
  const codes = new Map<string, number>();
  let sorted: { primaries: Float64Array; isExact: boolean; ranked: readonly string[] } | null =
    null;

  function order(): { primaries: Float64Array; isExact: boolean; ranked: readonly string[] } {
    if (sorted) return sorted;
    const primaries = new Float64Array(texts.length);
    const isExact = codes.size <= MOST_RANKED;
    const ranked = isExact ? [...new Set(['', ...codes.keys()])].sort(byCodeUnit) : [];
    const rankOf = new Map(ranked.map((text, rank) => [text, rank]));
    for (const [code, text] of texts.entries()) {
      primaries[code] = isExact ? (rankOf.get(text ?? '') ?? 0) : prefixOfText(text ?? '');
    }
    sorted = { primaries, isExact, ranked };
    return sorted;
  }

  return {
    texts,
    take(source, start, length) {
      if (length < 0) return 0;
      const text = source.toString('latin1', start, start + length);
      let code = codes.get(text);
      if (code === undefined) {
        code = free.pop() ?? texts.length;
        texts[code] = text;
        references[code] = 0;
        codes.set(text, code);
        sorted = null;
      }
      references[code] = (references[code] ?? 0) + 1;
      return code;
    },
    release(code) {
      if (code === 0) return;
      const left = (references[code] ?? 0) - 1;
      references[code] = left;
      if (left > 0) return;
      codes.delete(texts[code] ?? '');
      texts[code] = '';
      free.push(code);
      sorted = null;
    },
    find: (text) => codes.get(text),
    order,
    primaryOf(text) {
      const { isExact, ranked } = order();
      if (!isExact) return prefixOfText(text);
      let [low, high] = [0, ranked.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((ranked[middle] ?? '') < text) low = middle + 1;
        else high = middle;
      }
      return ranked[low] === text ? low : low - 0.5;
    },
  };
}

/** Text as a byte string. */
export function toByteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of a byte string. */
export function fromByteString(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function prefixOfText(text: string): number {
  return prefixOf(Buffer.from(text.slice(0, 16), 'latin1'), 0, Math.min(text.length, 16));
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
