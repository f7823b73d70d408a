import { isUuid, nearest } from '@moorline/kernel';
import { type EntityDescription, type EntityProperty, usableProperty } from './entity.ts';
import { odataErrors } from './errors.ts';
import {
  COMPARISONS,
  type Comparison,
  type Filter,
  type FilterLiteral,
  TEXT_FUNCTIONS,
  type TextFunction,
} from './filter.ts';
import { readLiteral } from './literal.ts';
import { type Token, tokens } from './tokens.ts';

const MAX_DEPTH = 32;
const MAX_CONDITIONS = 100;
const MAX_LIST = 500;

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
};
const OPERATORS = [...COMPARISONS, 'in', 'and', 'or', 'not'];

/**
 * Reads a $filter: eq ne gt ge lt le in, and or not, parentheses, contains startswith endswith, a bare
 * Boolean property. Types are checked; nothing in the result is unknown to `entity`.
 * @throws `odata.filter_syntax`, `odata.filter_too_complex`, `odata.property_unknown`,
 * `odata.property_not_usable`, `odata.type_mismatch`, `odata.value_unknown`
 * @spec OData URL Conventions 4.01 §5.1.1
 */
export function parseFilter(text: string, entity: EntityDescription): Filter {
  const list = tokens(text);
  let next = 0;
  let conditions = 0;

  const peek = (): Token => list[next] ?? END;
  const take = (): Token => list[next++] ?? END;
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text === word;
  const isMark = (mark: string): boolean => peek().kind === 'mark' && peek().text === mark;
  const expectMark = (mark: '(' | ')' | ','): void => {
    const token = take();
    if (token.kind !== 'mark' || token.text !== mark) throw unexpected(token, `"${mark}"`);
  };

  const junction = (kind: 'and' | 'or', depth: number): Filter => {
    const operand = (): Filter => (kind === 'or' ? junction('and', depth) : unary(depth));
    const operands = [operand()];
    while (isWord(kind)) {
      next++;
      operands.push(operand());
    }
    const [only] = operands;
    return only && operands.length === 1 ? only : { kind, operands };
  };

  const unary = (depth: number): Filter => {
    if (depth > MAX_DEPTH) {
      throw odataErrors.filterTooComplex({
        problem: `is nested deeper than ${MAX_DEPTH} levels`,
      });
    }
    if (isWord('not')) {
      next++;
      return { kind: 'not', operand: unary(depth + 1) };
    }
    if (isMark('(')) {
      next++;
      const inner = junction('or', depth + 1);
      expectMark(')');
      return inner;
    }
    return condition();
  };

  const condition = (): Filter => {
    if (++conditions > MAX_CONDITIONS) {
      throw odataErrors.filterTooComplex({ problem: `has more than ${MAX_CONDITIONS} conditions` });
    }
    const first = take();
    const literal = readLiteral(first);
    if (literal) {
      const operator = comparison(take());
      const { name, property } = propertyOf(take());
      return compare(name, property, MIRRORED[operator], literal);
    }
    if (first.kind !== 'word') throw unexpected(first, 'a property, a literal or a function');
    if (isMark('(')) return textFunction(first);
    const { name, property } = propertyOf(first);
    if (isWord('in')) {
      next++;
      return { kind: 'in', property: name, values: valueList(name, property) };
    }
    if (property.type === 'Boolean' && !isComparison(peek())) {
      return compare(name, property, 'eq', { type: 'boolean', value: true });
    }
    const operator = comparison(take());
    const token = take();
    const right = readLiteral(token);
    if (!right) throw unexpected(token, 'a literal (strings stand in single quotes)');
    return compare(name, property, operator, right);
  };

  const textFunction = (token: Token): Filter => {
    const name = TEXT_FUNCTIONS.find((candidate) => candidate === token.text);
    if (!name) {
      const near = nearest(token.text, TEXT_FUNCTIONS);
      throw odataErrors.filterSyntax({
        position: token.position,
        problem: `there is no function "${clip(token.text)}" here; ${near ? `did you mean ${near}?` : `the functions are ${TEXT_FUNCTIONS.join(', ')}.`}`,
      });
    }
    expectMark('(');
    const argument = propertyOf(take());
    expectMark(',');
    const value = take();
    if (value.kind !== 'string') throw unexpected(value, 'a string in single quotes');
    expectMark(')');
    return textMatch(name, argument.name, argument.property, value.text);
  };

  const valueList = (name: string, property: EntityProperty): FilterLiteral[] => {
    expectMark('(');
    const values: FilterLiteral[] = [];
    do {
      const token = take();
      const value = readLiteral(token);
      if (!value) throw unexpected(token, 'a literal');
      values.push(fitting(name, property, value));
      if (values.length > MAX_LIST) {
        throw odataErrors.filterTooComplex({
          problem: `lists more than ${MAX_LIST} values after "in"`,
        });
      }
    } while (isMark(',') && ++next);
    expectMark(')');
    return values;
  };

  const propertyOf = (token: Token): { name: string; property: EntityProperty } => {
    if (token.kind !== 'word' || OPERATORS.includes(token.text)) {
      throw unexpected(token, 'the name of a property');
    }
    const property = usableProperty(entity, token.text, '$filter', 'isFilterable');
    return { name: token.text, property };
  };

  const filter = junction('or', 0);
  if (peek().kind !== 'end') throw unexpected(peek(), '"and", "or" or the end');
  return filter;
}

const END: Token = { kind: 'end', text: '', position: 0 };

function isComparison(token: Token): boolean {
  return token.kind === 'word' && COMPARISONS.some((operator) => operator === token.text);
}

function comparison(token: Token): Comparison {
  const operator = COMPARISONS.find((candidate) => candidate === token.text);
  if (token.kind === 'word' && operator) return operator;
  throw unexpected(token, `one of ${COMPARISONS.join(', ')}, in`);
}

function compare(
  name: string,
  property: EntityProperty,
  operator: Comparison,
  literal: FilterLiteral,
): Filter {
  const value = fitting(name, property, literal);
  const isOrdering = operator !== 'eq' && operator !== 'ne';
  if (isOrdering && (value.type === 'null' || value.type === 'boolean')) {
    throw odataErrors.typeMismatch({
      property: name,
      expected: property.type,
      actual: `${value.type} by ${operator}`,
    });
  }
  return { kind: 'comparison', property: name, operator, value };
}

function textMatch(
  functionName: TextFunction,
  name: string,
  property: EntityProperty,
  value: string,
): Filter {
  if (property.type !== 'String' || property.enumeration) {
    throw odataErrors.typeMismatch({
      property: name,
      expected: property.enumeration?.name ?? property.type,
      actual: `a text by ${functionName}`,
    });
  }
  return { kind: 'text', function: functionName, property: name, value };
}

/** The literal as one of the property's type. */
function fitting(name: string, property: EntityProperty, literal: FilterLiteral): FilterLiteral {
  if (literal.type === 'null') return literal;
  const { type } = property;
  if (property.enumeration && literal.type === 'string') {
    return member(name, property.enumeration.members, literal);
  }
  if (type === 'String' && literal.type === 'string') return literal;
  if (type === 'String' && literal.type === 'guid') return { type: 'string', value: literal.value };
  if (type === 'Boolean' && literal.type === 'boolean') return literal;
  if (type === 'DateTimeOffset' && literal.type === 'dateTimeOffset') return literal;
  if ((type === 'Int32' || type === 'Int64' || type === 'Double') && literal.type === 'number') {
    return literal;
  }
  if (type === 'Guid' && literal.type === 'guid') return literal;
  if (type === 'Guid' && literal.type === 'string' && isUuid(literal.value.toLowerCase())) {
    return { type: 'guid', value: literal.value.toLowerCase() };
  }
  throw odataErrors.typeMismatch({ property: name, expected: type, actual: `a ${literal.type}` });
}

function member(
  name: string,
  members: readonly string[],
  literal: FilterLiteral & { readonly type: 'string' },
): FilterLiteral {
  if (members.includes(literal.value)) return literal;
  const near = nearest(literal.value.slice(0, 64), members);
  throw odataErrors.valueUnknown({
    property: name,
    value: clip(literal.value),
    hint: near ? `Did you mean ${near}?` : `Its values are ${members.join(', ')}.`,
  });
}

function unexpected(token: Token, expected: string): Error {
  const found = token.kind === 'end' ? 'it ends here' : `"${clip(token.text)}" stands here`;
  const near = token.kind === 'word' ? nearest(token.text.slice(0, 16), OPERATORS) : undefined;
  const isOperatorExpected = expected.includes('"and"') || expected.startsWith('one of');
  const hint = near && isOperatorExpected ? ` Did you mean ${near}?` : '';
  return odataErrors.filterSyntax({
    position: token.position,
    problem: `${found}, where ${expected} should.${hint}`,
  });
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
