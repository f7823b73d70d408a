/** Ids as four words of 32 bits, the first four bytes first: words in their order are the ids in theirs. */
export type IdWords = Uint32Array;

/** Finds the slot of an id: open addressing, so that an entry costs some eight bytes. */
export interface IdIndex {
  /** The slot, or -1. */
  find(words: IdWords): number;
  /** The id is new, and stands at `slot` already. */
  add(words: IdWords, slot: number): void;
  /** The id at `slot` is about to go. */
  remove(words: IdWords): void;
}

const FIRST_SIZE = 1024;

/**
 * @param idAt writes the id at a slot into `words`
 * @param expected how many there will be: growing to a million takes a tenth of a second
 * @param seed unknown to whoever chooses ids, lest they choose such that all fall on one place
 */
export function createIdIndex(
  idAt: (slot: number, words: IdWords) => void,
  seed: number,
  expected = 0,
): IdIndex {
  /** Slot + 1; 0: empty. */
  let places = new Uint32Array(
    Math.max(FIRST_SIZE, 2 ** Math.ceil(Math.log2(Math.max(expected, 1) * 2.1))),
  );
  let count = 0;
  const other = new Uint32Array(4);

  const homeOf = (words: IdWords): number => hash(words, seed) & (places.length - 1);

  function placeOf(words: IdWords): number {
    const mask = places.length - 1;
    for (let place = homeOf(words); ; place = (place + 1) & mask) {
      const entry = places[place] ?? 0;
      if (entry === 0) return place;
      idAt(entry - 1, other);
      if (isSame(words, other)) return place;
    }
  }

  function grow(): void {
    const before = places;
    places = new Uint32Array(before.length * 2);
    const mask = places.length - 1;
    const words = new Uint32Array(4);
    for (const entry of before) {
      if (entry === 0) continue;
      idAt(entry - 1, words);
      let place = homeOf(words);
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = entry;
    }
  }

  return {
    find: (words) => (places[placeOf(words)] ?? 0) - 1,
    add(words, slot) {
      if (count * 2 >= places.length) grow();
      places[placeOf(words)] = slot + 1;
      count++;
    },
    remove(words) {
      let hole = placeOf(words);
      if (places[hole] === 0) return;
      count--;
      const mask = places.length - 1;
      const moved = new Uint32Array(4);
      // What stands behind the hole and belongs at or before it moves up: no search may end too early.
      for (let place = (hole + 1) & mask; ; place = (place + 1) & mask) {
        const entry = places[place] ?? 0;
        if (entry === 0) break;
        idAt(entry - 1, moved);
        const home = homeOf(moved);
        if (((place - home) & mask) < ((place - hole) & mask)) continue;
        places[hole] = entry;
        hole = place;
      }
      places[hole] = 0;
    },
  };
}

/** A UUID's words. */
export function wordsOf(id: string): IdWords {
  const hex = id.replaceAll('-', '');
  const words = new Uint32Array(4);
  for (let index = 0; index < 4; index++) {
    words[index] = Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16);
  }
  return words;
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The UUID of the words that begin at `at`, in lower case. */
export function idText(words: Uint32Array, at = 0): string {
  const pair = (byte: number): string => PAIRS[byte & 255] ?? '';
  const quad = (half: number): string => pair(half >>> 8) + pair(half);
  const first = words[at] ?? 0;
  const second = words[at + 1] ?? 0;
  const third = words[at + 2] ?? 0;
  const fourth = words[at + 3] ?? 0;
  return `${quad(first >>> 16)}${quad(first)}-${quad(second >>> 16)}-${quad(second)}-${quad(third >>> 16)}-${quad(third)}${quad(fourth >>> 16)}${quad(fourth)}`;
}

export const ID_TEXT_BYTES = 36;

const DASH = 45;
const HIGH = Uint8Array.from(PAIRS, (pair) => pair.charCodeAt(0));
const LOW = Uint8Array.from(PAIRS, (pair) => pair.charCodeAt(1));
/** Where each byte's two digits stand in an id's text. */
const PLACES = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);

/** Writes that text into `into`, from `start` on. */
export function writeIdText(words: Uint32Array, at: number, into: Uint8Array, start: number): void {
  into[start + 8] = DASH;
  into[start + 13] = DASH;
  into[start + 18] = DASH;
  into[start + 23] = DASH;
  for (let byte = 0; byte < 16; byte++) {
    const value = ((words[at + (byte >>> 2)] ?? 0) >>> (24 - (byte & 3) * 8)) & 255;
    const place = start + (PLACES[byte] ?? 0);
    into[place] = HIGH[value] ?? 0;
    into[place + 1] = LOW[value] ?? 0;
  }
}

/** The character code at a place of that text, or -1 behind its end. */
export function idCharacter(words: Uint32Array, at: number, position: number): number {
  if (position === 8 || position === 13 || position === 18 || position === 23) return DASH;
  if (position >= ID_TEXT_BYTES) return -1;
  const dashes = position < 8 ? 0 : position < 13 ? 1 : position < 18 ? 2 : position < 23 ? 3 : 4;
  const nibble = position - dashes;
  const digit = ((words[at + (nibble >>> 3)] ?? 0) >>> ((7 - (nibble & 7)) * 4)) & 15;
  return digit < 10 ? 48 + digit : 87 + digit;
}

/** Order of that text against a byte string: below 0, 0, above; `isPrefix`: 0 when it begins with it. */
export function compareIdText(
  words: Uint32Array,
  at: number,
  text: string,
  isPrefix: boolean,
): number {
  for (let position = 0; position < text.length; position++) {
    const difference = idCharacter(words, at, position) - text.charCodeAt(position);
    if (difference !== 0) return difference;
  }
  return isPrefix ? 0 : ID_TEXT_BYTES - text.length;
}

function isSame(a: IdWords, b: IdWords): boolean {
  // The last differ first: the others begin with the time at which they were made.
  return a[3] === b[3] && a[2] === b[2] && a[1] === b[1] && a[0] === b[0];
}

function hash(words: IdWords, seed: number): number {
  let mixed = seed;
  for (let index = 0; index < 4; index++) {
    mixed = Math.imul(mixed ^ (words[index] ?? 0), 0x85ebca6b);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    mixed ^= mixed >>> 13;
  }
  return mixed >>> 0;
}
