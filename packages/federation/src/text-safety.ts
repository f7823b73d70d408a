/** Whether the text has characters and all of them can be shown on a line: a name, a version. */
export function isPrintable(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}]+$/u.test(text);
}

/**
 * Whether every string in `value` can be stored as text: no NUL, no lone surrogate. PostgreSQL takes neither,
 * and one of them would fail the whole statement that it is part of.
 */
export function isStorableText(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed();
  if (Array.isArray(value)) return value.every(isStorableText);
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).every(
      ([key, member]) => isStorableText(key) && isStorableText(member),
    );
  }
  return true;
}
