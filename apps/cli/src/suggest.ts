import { nearest } from '@moorline/kernel';
import { usageError } from './errors.ts';

/** ` Did you mean "x"?`, or nothing when no candidate is near enough. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

/**
 * The candidate that `word` is, whatever its case.
 * @throws `cli.usage` naming the nearest candidate and all of them
 */
export function oneOf<T extends string>(what: string, word: string, candidates: readonly T[]): T {
  const found =
    candidates.find((candidate) => candidate === word) ??
    candidates.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (found !== undefined) return found;
  throw usageError(
    `There is no ${what} "${word}".${didYouMean(word, candidates)} Known: ${candidates.join(', ')}.`,
  );
}
