import { numberOf, spanOf, timeOf } from './literals.ts';
import type { Moment, Sum } from './plan.ts';
import { isWhole, QUERY_LIMITS, type QueryClass, typeOf } from './schema.ts';
import type { Span, TreeNode } from './tree.ts';

/** Ends the check of a query: what is wrong, and where. */
export class Refusal extends Error {
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.span = { start: span.start, length: span.length };
  }
}

/** A value in a condition, with its type. `isWhole`: made of whole numbers, whose sums never overflow. */
export type Scalar =
  | { readonly type: 'text'; readonly column: string }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'number'; readonly sum: Sum; readonly isWhole: boolean }
  | { readonly type: 'flag'; readonly column: string }
  | { readonly type: 'flag'; readonly value: boolean }
  | { readonly type: 'time'; readonly moment: Moment }
  | { readonly type: 'span'; readonly spanMs: number };

const TYPE_WORDS = {
  text: 'a text',
  number: 'a number',
  flag: 'true or false',
  time: 'a time',
  span: 'a time span',
} as const;

export function wordOf(scalar: Scalar): string {
  return TYPE_WORDS[scalar.type];
}

/** The value that the node stands for. @throws Refusal */
export function scalarOf(node: TreeNode, queryClass: QueryClass): Scalar {
  switch (node.kind) {
    case 'name':
      return columnOf(node.name, node, queryClass);
    case 'literal':
      return literalOf(node);
    case 'minus': {
      const value = scalarOf(node.operand, queryClass);
      if (value.type === 'span') return { type: 'span', spanMs: -value.spanMs };
      if (value.type === 'number' && value.sum.kind === 'constant') {
        return { ...value, sum: { kind: 'constant', value: 0 - value.sum.value } };
      }
      throw new Refusal('A minus sign stands before a number or a time span only.', node);
    }
    case 'call':
      return momentOf(node, queryClass);
    case 'binary':
      return sumOf(node, queryClass);
    default:
      throw new Refusal('A value is expected here, not a condition.', node);
  }
}

function columnOf(name: string, span: Span, queryClass: QueryClass): Scalar {
  const type = typeOf(queryClass, name);
  switch (type) {
    case 'text':
      return { type: 'text', column: name };
    case 'flag':
      return { type: 'flag', column: name };
    case 'number':
      return { type, sum: { kind: 'column', name }, isWhole: isWhole(queryClass, name) };
    case 'time':
      return { type, moment: { kind: 'column', name } };
    default:
      throw new Refusal(`The class ${queryClass.name} has no column "${name}".`, span);
  }
}

function literalOf(node: Extract<TreeNode, { kind: 'literal' }>): Scalar {
  switch (node.type) {
    case 'string':
      if (node.text.length > QUERY_LIMITS.textLength) {
        throw new Refusal(`A text holds ${QUERY_LIMITS.textLength} characters at most.`, node);
      }
      if (!node.text.isWellFormed() || node.text.includes('\0')) {
        throw new Refusal('This text holds a character that no inventory can hold.', node);
      }
      return { type: 'text', value: node.text };
    case 'bool':
      if (node.text === 'true' || node.text === 'false') {
        return { type: 'flag', value: node.text === 'true' };
      }
      throw new Refusal('Write true or false.', node);
    case 'long':
    case 'real': {
      const value = numberOf(node.type, node.text);
      if (value === undefined) {
        throw new Refusal(
          'Write a number in decimal, up to 9007199254740991, like 42 or 0.5.',
          node,
        );
      }
      return { type: 'number', sum: { kind: 'constant', value }, isWhole: true };
    }
    case 'timespan': {
      const spanMs = spanOf(node.text);
      if (spanMs === undefined) {
        throw new Refusal(
          'Write a time span like 30d, 12h, 90m or 45s, of 36,500 days at most.',
          node,
        );
      }
      return { type: 'span', spanMs };
    }
    case 'datetime': {
      const timeMs = timeOf(node.text);
      if (timeMs === undefined) {
        throw new Refusal(
          'Write a time like datetime(2026-11-23) or datetime(2026-11-23T10:15:00Z), in UTC.',
          node,
        );
      }
      return { type: 'time', moment: { kind: 'constant', timeMs } };
    }
  }
}

function momentOf(node: Extract<TreeNode, { kind: 'call' }>, queryClass: QueryClass): Scalar {
  const [operand, ...others] = node.operands;
  const span = operand && scalarOf(operand, queryClass);
  if (others.length === 0 && (span === undefined || span.type === 'span')) {
    const spanMs = span?.spanMs ?? 0;
    if (node.name === 'now') return { type: 'time', moment: { kind: 'now', plusMs: spanMs } };
    if (node.name === 'ago' && span) {
      return { type: 'time', moment: { kind: 'now', plusMs: 0 - spanMs } };
    }
  }
  throw new Refusal(functionAdvice(node.name), node);
}

export function functionAdvice(name: string): string {
  if (name === 'tolower' || name === 'toupper') {
    return `${name}() is not offered in rules: =~, in~, has and contains compare without regard to case.`;
  }
  return `${name}() is not offered here. Rules offer now(), ago(), datetime(), not(), isempty(), isnotempty(), isnull() and isnotnull().`;
}

function sumOf(node: Extract<TreeNode, { kind: 'binary' }>, queryClass: QueryClass): Scalar {
  const { operator } = node;
  if (operator !== '+' && operator !== '-' && operator !== '*') {
    throw new Refusal(
      `The operator ${operator} does not make a value in rules; +, - and * do.`,
      node,
    );
  }
  const left = scalarOf(node.left, queryClass);
  const right = scalarOf(node.right, queryClass);
  if (left.type === 'number' && right.type === 'number') {
    if (!left.isWhole || !right.isWhole || depthOf(left.sum) + depthOf(right.sum) > 4) {
      throw new Refusal(
        'Sums take columns of whole numbers and constants, five of them at most.',
        node,
      );
    }
    const sum: Sum = { kind: operator, left: left.sum, right: right.sum };
    return { type: 'number', sum, isWhole: true };
  }
  if (left.type === 'time' && right.type === 'span' && operator !== '*') {
    const spanMs = operator === '+' ? right.spanMs : -right.spanMs;
    const { moment } = left;
    if (moment.kind === 'now') {
      return { type: 'time', moment: { kind: 'now', plusMs: moment.plusMs + spanMs } };
    }
    if (moment.kind === 'constant') {
      return { type: 'time', moment: { kind: 'constant', timeMs: moment.timeMs + spanMs } };
    }
    throw new Refusal(
      'Put the time span to the other side: Column < now() - 7d, not Column + 7d < now().',
      node,
    );
  }
  throw new Refusal(`${operator} does not take ${wordOf(left)} and ${wordOf(right)}.`, node);
}

function depthOf(sum: Sum): number {
  return sum.kind === 'column' || sum.kind === 'constant'
    ? 0
    : 1 + depthOf(sum.left) + depthOf(sum.right);
}
