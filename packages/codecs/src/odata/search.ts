import { odataErrors } from './errors.ts';

const TERM = /\s*(?:"((?:[^"\\]|\\["\\])*)"|([^\s"]+))/y;
const MAX_TERMS = 8;

/**
 * The terms of a $search: words, and phrases in double quotes; all must be found (AND).
 * @throws `odata.option_invalid`
 * @spec OData URL Conventions 4.01 §5.1.8
 */
export function parseSearch(text: string): string[] {
  const terms: string[] = [];
  TERM.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TERM.lastIndex < trimmed.length) {
    const match = TERM.exec(trimmed);
    if (!match) throw invalid('a phrase has no closing quote.');
    const [, phrase, word] = match;
    if (word === 'OR' || word === 'NOT') {
      throw invalid(`${word} is not available in $search; use $filter for it.`);
    }
    if (word === 'AND') continue;
    const term = (phrase?.replace(/\\(["\\])/g, '$1') ?? word ?? '').trim();
    if (term !== '') terms.push(term);
  }
  if (terms.length > MAX_TERMS) throw invalid(`at most ${MAX_TERMS} terms can be searched for.`);
  return terms;
}

function invalid(problem: string): Error {
  return odataErrors.optionInvalid({ option: '$search', problem });
}
