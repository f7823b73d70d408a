/** Text with its ASCII letters in lower case: `lower(… collate "C")` of PostgreSQL. */
export function foldAscii(text: string): string {
  return UPPER.test(text)
    ? text.replace(UPPER_ALL, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))
    : text;
}

const UPPER = /[A-Z]/;
const UPPER_ALL = /[A-Z]/g;

/**
 * Whether `needle` stands in `text` as whole words: neither side of it touches a letter or digit. Everything
 * beyond ASCII counts as a letter.
 */
export function hasWords(text: string, needle: string): boolean {
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    if (isBreak(text, at - 1) && isBreak(text, at + needle.length)) return true;
  }
  return false;
}

/** The same as a regular expression of PostgreSQL. */
export function wordsPattern(needle: string): string {
  const escaped = needle.replace(
    /[^0-9A-Za-z\u0080-\u{10ffff}]/gu,
    (sign) => `[${classSign(sign)}]`,
  );
  return `(^|${BREAK})${escaped}($|${BREAK})`;
}

const BREAK = '[\\x01-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f]';

function classSign(sign: string): string {
  return `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function isBreak(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  // NaN: before the beginning or after the end.
  return !(
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code >= 0x80
  );
}

/**
 * An RFC 3339 time of an inventory row as `YYYY-MM-DDTHH:MM:SS.mmm`: such texts compare as their times do, and no
 * text of a device's can fail to.
 */
export function timeText(text: string): string {
  // Behind the seconds: Z, or a point, digits and Z.
  const fraction = text.slice(20).replaceAll('Z', '');
  return `${text.slice(0, 19)}.${`${fraction}000`.slice(0, 3)}`;
}

/** The moment in the same form. */
export function momentText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 23);
}
