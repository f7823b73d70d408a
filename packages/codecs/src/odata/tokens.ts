import { odataErrors } from './errors.ts';

/** A lexical unit of a $filter; `position` counts characters from 1. */
export type Token =
  | { readonly kind: 'mark'; readonly text: '(' | ')' | ','; readonly position: number }
  /** Unquoted: a name, a keyword, a number, a date or a GUID. */
  | { readonly kind: 'word'; readonly text: string; readonly position: number }
  | { readonly kind: 'string'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly text: ''; readonly position: number };

const WORD = /[^\s(),']+/y;
// An enumeration member may be written with its type: microsoft.graph.managementAgentType'mdm'.
const QUALIFIED_ENUMERATION = /^[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)+$/;

/** @spec OData ABNF 4.01, rules `commonExpr` and `string` */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    const position = index + 1;
    if (/\s/.test(character)) {
      index++;
    } else if (character === '(' || character === ')' || character === ',') {
      found.push({ kind: 'mark', text: character, position });
      index++;
    } else if (character === "'") {
      const { value, end } = quoted(text, index);
      found.push({ kind: 'string', text: value, position });
      index = end;
    } else {
      WORD.lastIndex = index;
      const word = WORD.exec(text)?.[0] ?? character;
      index += word.length;
      if (text.charAt(index) === "'" && QUALIFIED_ENUMERATION.test(word)) continue;
      found.push({ kind: 'word', text: word, position });
    }
  }
  found.push({ kind: 'end', text: '', position: text.length + 1 });
  return found;
}

function quoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let index = start + 1; index < text.length; index++) {
    const character = text.charAt(index);
    if (character !== "'") {
      value += character;
    } else if (text.charAt(index + 1) === "'") {
      value += "'";
      index++;
    } else {
      return { value, end: index + 1 };
    }
  }
  throw odataErrors.filterSyntax({
    position: start + 1,
    problem: 'the string that begins here has no closing quote (write a quote inside as two).',
  });
}
