/** Shortest password that the host accepts. */
export const MIN_PASSWORD_LENGTH = 12;

export interface PasswordStrength {
  /** 0 to 1. */
  readonly score: number;
  readonly label: 'Too short' | 'Weak' | 'Fair' | 'Good' | 'Strong';
  readonly hint: string;
}

/**
 * A rough guide while typing: length counts most, repetition and runs count against it. The host decides
 * what it accepts.
 */
export function passwordStrength(password: string): PasswordStrength {
  if (password.length < MIN_PASSWORD_LENGTH) {
    const missing = MIN_PASSWORD_LENGTH - password.length;
    return {
      score: (password.length / MIN_PASSWORD_LENGTH) * 0.2,
      label: 'Too short',
      hint: `${missing} more character${missing === 1 ? '' : 's'} needed.`,
    };
  }
  let effective = 0;
  for (let index = 0; index < password.length; index++) {
    const step = password.charCodeAt(index) - password.charCodeAt(index - 1);
    // A repeat or the next in a row (aaa, 123, cba) adds little for a guesser to find.
    effective += index > 0 && Math.abs(step) <= 1 ? 0.3 : 1;
  }
  const distinct = new Set(password.toLowerCase()).size;
  const points = Math.min(effective, distinct * 1.6);
  if (points < 9) {
    return { score: 0.35, label: 'Weak', hint: 'Avoid repeats and runs such as 1234.' };
  }
  if (points < 13) return { score: 0.6, label: 'Fair', hint: 'A few more words make it stronger.' };
  if (points < 18) return { score: 0.8, label: 'Good', hint: 'Good enough for most.' };
  return { score: 1, label: 'Strong', hint: 'Long and varied.' };
}
