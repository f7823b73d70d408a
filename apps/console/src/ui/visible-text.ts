/** Bidirectional overrides and invisible characters as escapes: a name must not look like another. */
export function visibleText(text: string): string {
  return text.replace(
    /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u061c\ufeff\p{Cc}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
