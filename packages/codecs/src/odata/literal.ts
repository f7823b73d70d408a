import { isUuid } from '@moorline/kernel';
import { odataErrors } from './errors.ts';
import type { FilterLiteral } from './filter.ts';
import type { Token } from './tokens.ts';

const NUMBER = /^-?\d{1,309}(\.\d{1,309})?([eE][+-]?\d{1,3})?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,12})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** The literal that a token is, or undefined when it is none. @spec OData ABNF 4.01, rule `primitiveLiteral` */
export function readLiteral(token: Token): FilterLiteral | undefined {
  if (token.kind === 'string') return { type: 'string', value: token.text };
  if (token.kind !== 'word') return undefined;
  const { text } = token;
  if (text === 'null') return { type: 'null' };
  if (text === 'true' || text === 'false') return { type: 'boolean', value: text === 'true' };
  if (isUuid(text.toLowerCase())) return { type: 'guid', value: text.toLowerCase() };
  if (NUMBER.test(text)) return readNumber(text, token.position);
  if (DATE.test(text)) return readTime(`${text}T00:00:00Z`, token.position);
  if (DATE_TIME.test(text)) return readTime(text, token.position);
  return undefined;
}

function readNumber(text: string, position: number): FilterLiteral {
  const value = Number(text);
  const isWhole = /^-?\d+$/.test(text);
  if (!Number.isFinite(value) || (isWhole && !Number.isSafeInteger(value))) {
    throw odataErrors.filterSyntax({ position, problem: 'this number is too large.' });
  }
  // -0 prints as 0 and would not come back.
  return { type: 'number', value: value === 0 ? 0 : value };
}

function readTime(text: string, position: number): FilterLiteral {
  const timeMs = Date.parse(text);
  const date = new Date(timeMs);
  if (Number.isNaN(timeMs) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) {
    throw odataErrors.filterSyntax({ position, problem: 'there is no such date or time.' });
  }
  return { type: 'dateTimeOffset', value: date.toISOString() };
}
