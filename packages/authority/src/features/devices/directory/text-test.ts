import type { Comparison, Filter, FilterLiteral } from '@moorline/codecs/odata';
import { isUuid } from '@moorline/kernel';
import { toByteString } from './dictionary.ts';

/** A condition on one property. */
export type Condition = Extract<Filter, { readonly property: string }>;

/** Whether a value, as a byte string, meets a condition; null: there is none. Exactly what the SQL of the condition says. */
export type TextTest = (value: string | null) => boolean;

/** What the condition's texts are compared as: PostgreSQL's lower case, or as they are. */
export type Fold = (text: string) => string;

/** LIKE's pattern for a text function, as it is put to PostgreSQL's lower(). */
export function likePattern(condition: Extract<Condition, { readonly kind: 'text' }>): string {
  const text = condition.value.replace(/[\\%_]/g, (character) => `\\${character}`);
  if (condition.function === 'contains') return `%${text}%`;
  return condition.function === 'startswith' ? `${text}%` : `%${text}`;
}

/** The text in the middle of a pattern that `likePattern` made, whatever lower() did to it. */
export function likeText(
  condition: Extract<Condition, { readonly kind: 'text' }>,
  pattern: string,
): string {
  const start = condition.function === 'startswith' ? 0 : 1;
  const end = condition.function === 'endswith' ? pattern.length : pattern.length - 1;
  return pattern.slice(start, end).replace(/\\(.)/gs, '$1');
}

/** The test of a condition. `isId`: the values are UUIDs, of which equality knows more than one way of writing. */
export function textTest(
  condition: Condition,
  folds: { readonly literal: Fold; readonly pattern: Fold },
  isId: boolean,
): TextTest {
  switch (condition.kind) {
    case 'comparison':
      return comparisonTest(condition.operator, condition.value, folds.literal, isId);
    case 'in': {
      const tests = condition.values.map((value) =>
        comparisonTest('eq', value, folds.literal, isId),
      );
      return (value) => tests.some((test) => test(value));
    }
    case 'text': {
      const wanted = toByteString(likeText(condition, folds.pattern(likePattern(condition))));
      if (condition.function === 'contains') return (value) => value?.includes(wanted) ?? false;
      if (condition.function === 'startswith') return (value) => value?.startsWith(wanted) ?? false;
      return (value) => value?.endsWith(wanted) ?? false;
    }
  }
}

function comparisonTest(
  operator: Comparison,
  literal: FilterLiteral,
  fold: Fold,
  isId: boolean,
): TextTest {
  if (literal.type === 'null') {
    return operator === 'ne' ? (value) => value !== null : (value) => value === null;
  }
  if (isId && (operator === 'eq' || operator === 'ne')) {
    const id = String(literal.value).toLowerCase();
    const wanted = isUuid(id) ? id : null;
    const isEqual: TextTest = (value) => wanted !== null && value === wanted;
    return operator === 'eq' ? isEqual : (value) => !isEqual(value);
  }
  const wanted = toByteString(fold(String(literal.value)));
  switch (operator) {
    case 'eq':
      return (value) => value === wanted;
    case 'ne':
      return (value) => value !== wanted;
    case 'gt':
      return (value) => value !== null && value > wanted;
    case 'ge':
      return (value) => value !== null && value >= wanted;
    case 'lt':
      return (value) => value !== null && value < wanted;
    case 'le':
      return (value) => value !== null && value <= wanted;
  }
}
