import type { JsonName } from '@peculiar/x509';

// Upper bound of commonName and organizationName. @spec RFC 5280 appendix A.1 (ub-common-name)
const MAX_NAME_LENGTH = 64;

/** A subject with a common name; the text is data: controls are dropped, the length is bounded. */
export function subjectName(commonName: string): JsonName {
  return [{ CN: [nameText(commonName)] }];
}

/** `text` as a name may hold it, never empty. */
export function nameText(text: string): string {
  const clean = printable(text.toWellFormed()).trim();
  return Array.from(clean).slice(0, MAX_NAME_LENGTH).join('') || 'unnamed';
}

/** `text` without control and direction characters: for names that a stranger chose. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
