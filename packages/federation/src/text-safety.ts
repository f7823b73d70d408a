const MAX_DEPTH = 32;

/** Whether the text has characters and all of them can be shown on a line: a name, a version. */
export function isPrintable(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}]+$/u.test(text);
}

/**
 * Whether every string in `value` can be stored as text: no NUL, no lone surrogate. PostgreSQL takes neither,
 * and one of them would fail the whole statement that it is part of. What is nested deeper than anything of the
 * protocol is not storable either.
 */
export function isStorableText(value: unknown, depth: number = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed();
  if (Array.isArray(value)) return value.every((item) => isStorableText(item, depth + 1));
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).every(
      ([key, member]) => isStorableText(key) && isStorableText(member, depth + 1),
    );
  }
  return true;
}
