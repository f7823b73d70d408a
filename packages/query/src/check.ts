import type { Condition, Moment, Order, QueryPlan, TextTest } from './plan.ts';
import { functionAdvice, Refusal, type Scalar, scalarOf, wordOf } from './scalar.ts';
import { DEVICE_ID, QUERY_LIMITS, type QueryClass } from './schema.ts';
import { foldAscii } from './text.ts';
import type { QueryProblem, QueryTree, Span, TreeNode } from './tree.ts';

/** A plan, or what keeps the query from becoming one. */
export type CheckedQuery =
  | { readonly plan: QueryPlan; readonly problems: readonly [] }
  | { readonly plan: null; readonly problems: readonly QueryProblem[] };

/** Checks names, types and sizes of the query, and makes its plan. Never throws: what is wrong is answered. */
export function checkQuery(tree: QueryTree, classes: readonly QueryClass[]): CheckedQuery {
  const byName = new Map(classes.map((queryClass) => [queryClass.name, queryClass]));
  try {
    const budget = { left: QUERY_LIMITS.conditions };
    return { plan: planOf(tree, { byName, budget, depth: 1 }), problems: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { plan: null, problems: [{ message: error.message, ...error.span }] };
  }
}

interface Scope {
  readonly byName: ReadonlyMap<string, QueryClass>;
  readonly budget: { left: number };
  readonly depth: number;
}

interface ClassScope extends Scope {
  readonly queryClass: QueryClass;
}

function planOf(tree: QueryTree, scope: Scope): QueryPlan {
  const queryClass = scope.byName.get(tree.className);
  if (!queryClass) throw new Refusal(`There is no class "${tree.className}".`, tree.classSpan);
  if (scope.depth > QUERY_LIMITS.depth) {
    throw new Refusal(`Queries stand inside one another ${QUERY_LIMITS.depth} deep at most.`, tree);
  }
  const operands: Condition[] = [];
  for (const step of tree.steps) {
    if (step.kind === 'where') operands.push(conditionOf(step.condition, { ...scope, queryClass }));
    else if (step.names[0] !== DEVICE_ID) {
      throw new Refusal(`The first column of the answer must be ${DEVICE_ID}.`, step);
    }
  }
  const [first, ...others] = operands;
  const where = first && others.length > 0 ? { kind: 'and' as const, operands } : (first ?? null);
  return { className: queryClass.name, where };
}

function conditionOf(node: TreeNode, scope: ClassScope): Condition {
  if (--scope.budget.left < 0) {
    throw new Refusal(`A query holds ${QUERY_LIMITS.conditions} conditions at most.`, node);
  }
  switch (node.kind) {
    case 'binary':
      if (node.operator === 'and' || node.operator === 'or') {
        const operands = [conditionOf(node.left, scope), conditionOf(node.right, scope)];
        return { kind: node.operator, operands };
      }
      return comparison(node, scope);
    case 'call':
      return called(node, scope);
    case 'list':
      return listed(node, scope);
    case 'between': {
      const bounds = [
        compare(node, '>=', scalar(node.left, scope), scalar(node.first, scope)),
        compare(node, '<=', scalar(node.left, scope), scalar(node.last, scope)),
      ];
      return negated(node.isNegated, { kind: 'and', operands: bounds });
    }
    case 'devices': {
      if (node.left.kind !== 'name' || node.left.name !== DEVICE_ID) {
        throw new Refusal(`Only ${DEVICE_ID} may be looked for in another query.`, node.left);
      }
      const query = planOf(node.query, { ...scope, depth: scope.depth + 1 });
      return negated(node.isNegated, { kind: 'devices', query });
    }
    default: {
      const value = scalar(node, scope);
      if (value.type !== 'flag') {
        throw new Refusal(`A condition is expected here, and this is ${wordOf(value)}.`, node);
      }
      return 'column' in value
        ? { kind: 'flag', column: value.column, value: true }
        : { kind: 'constant', value: value.value };
    }
  }
}

function scalar(node: TreeNode, scope: ClassScope): Scalar {
  return scalarOf(node, scope.queryClass);
}

function negated(isNegated: boolean, operand: Condition): Condition {
  return isNegated ? { kind: 'not', operand } : operand;
}

const TEXT_TESTS: Readonly<
  Record<string, { readonly test: TextTest; readonly foldsCase: boolean }>
> = {
  '==': { test: 'equals', foldsCase: false },
  '=~': { test: 'equals', foldsCase: true },
  contains: { test: 'contains', foldsCase: true },
  contains_cs: { test: 'contains', foldsCase: false },
  has: { test: 'has', foldsCase: true },
  has_cs: { test: 'has', foldsCase: false },
  startswith: { test: 'startswith', foldsCase: true },
  startswith_cs: { test: 'startswith', foldsCase: false },
  endswith: { test: 'endswith', foldsCase: true },
  endswith_cs: { test: 'endswith', foldsCase: false },
};

const FLIPPED: Readonly<Record<Order, Order>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function comparison(node: Extract<TreeNode, { kind: 'binary' }>, scope: ClassScope): Condition {
  const left = scalar(node.left, scope);
  const right = scalar(node.right, scope);
  const isNegated = node.operator.startsWith('!');
  const word =
    node.operator === '!=' ? '==' : node.operator === '!~' ? '=~' : node.operator.replace('!', '');
  const textTest = Object.hasOwn(TEXT_TESTS, word) ? TEXT_TESTS[word] : undefined;
  if (left.type === 'text' && right.type === 'text' && textTest) {
    const swapped = textTest.test === 'equals' && 'value' in left && 'column' in right;
    const [column, constant] = swapped ? [right, left] : [left, right];
    if (!('column' in column) || !('value' in constant)) {
      throw new Refusal('Compare a column of text with a constant text.', node);
    }
    return negated(isNegated, text(textTest, column.column, [constant.value], node));
  }
  const order = (Object.keys(FLIPPED) as Order[]).find((candidate) => candidate === node.operator);
  if (!order) throw new Refusal(operatorAdvice(node.operator, left, right), node);
  return compare(node, order, left, right);
}

function operatorAdvice(operator: string, left: Scalar, right: Scalar): string {
  if (/regex/.test(operator)) {
    return 'Regular expressions are not offered in rules: use has, contains, startswith or endswith.';
  }
  return `The operator ${operator} does not take ${wordOf(left)} and ${wordOf(right)} in rules.`;
}

function compare(span: Span, order: Order, left: Scalar, right: Scalar): Condition {
  if (left.type === 'number' && right.type === 'number') {
    return { kind: 'number', order, left: left.sum, right: right.sum };
  }
  if (left.type === 'time' && right.type === 'time')
    return times(span, order, left.moment, right.moment);
  if (left.type === 'flag' && right.type === 'flag' && (order === '==' || order === '!=')) {
    const [column, constant] = 'column' in left ? [left, right] : [right, left];
    if ('column' in column && 'value' in constant) {
      // What is not known is neither true nor false, and so it differs from both.
      const known: Condition = { kind: 'unknown', column: column.column, type: 'flag' };
      const equal: Condition = { kind: 'flag', column: column.column, value: constant.value };
      const isEqual: Condition = {
        kind: 'and',
        operands: [{ kind: 'not', operand: known }, equal],
      };
      return negated(order === '!=', isEqual);
    }
    throw new Refusal('Compare a column with true or false.', span);
  }
  if (left.type === 'text' && right.type === 'text') {
    throw new Refusal(`Texts have no order in rules; ${order} takes numbers and times.`, span);
  }
  throw new Refusal(`${order} does not take ${wordOf(left)} and ${wordOf(right)}.`, span);
}

function times(span: Span, order: Order, left: Moment, right: Moment): Condition {
  if (left.kind !== 'column') {
    if (right.kind === 'column') return times(span, FLIPPED[order], right, left);
    throw new Refusal('One side of this comparison must be a column.', span);
  }
  if (right.kind === 'now' && (order === '==' || order === '!=')) {
    throw new Refusal(
      'Nothing is equal to now() for longer than a moment: use <, <=, > or >=.',
      span,
    );
  }
  return { kind: 'time', order, column: left.name, right };
}

function text(
  { test, foldsCase }: { readonly test: TextTest; readonly foldsCase: boolean },
  column: string,
  values: readonly string[],
  span: Span,
): Condition {
  if (test === 'has' && values.some((value) => !/[0-9A-Za-z\u0080-\uffff]/.test(value))) {
    throw new Refusal('has looks for words: give it a text with a letter or digit in it.', span);
  }
  const kept = foldsCase ? values.map(foldAscii) : values;
  return { kind: 'text', test, column, values: kept, foldsCase };
}

function listed(node: Extract<TreeNode, { kind: 'list' }>, scope: ClassScope): Condition {
  const left = scalar(node.left, scope);
  if (node.items.length > QUERY_LIMITS.listValues) {
    throw new Refusal(`A list holds ${QUERY_LIMITS.listValues} values at most.`, node);
  }
  const items = node.items.map((item) => ({ item, value: scalar(item, scope) }));
  const isNegated = node.operator.startsWith('!');
  const word = node.operator.replace('!', '');
  if (left.type === 'text' && 'column' in left) {
    const values = items.map(({ item, value }) => {
      if (value.type === 'text' && 'value' in value) return value.value;
      throw new Refusal('The list of a text column holds constant texts.', item);
    });
    if (word === 'has_all') {
      const operands = values.map((value) =>
        text({ test: 'has', foldsCase: true }, left.column, [value], node),
      );
      return { kind: 'and', operands };
    }
    const test = word === 'has_any' ? 'has' : 'equals';
    return negated(isNegated, text({ test, foldsCase: word !== 'in' }, left.column, values, node));
  }
  if (left.type === 'number' && word === 'in') {
    const operands = items.map(({ item, value }) => compare(item, '==', left, value));
    return negated(isNegated, { kind: 'or', operands });
  }
  throw new Refusal(
    `${node.operator} takes a column of text, or of numbers with in and !in.`,
    node,
  );
}

function called(node: Extract<TreeNode, { kind: 'call' }>, scope: ClassScope): Condition {
  const [operand, ...others] = node.operands;
  if (!operand || others.length > 0) throw new Refusal(functionAdvice(node.name), node);
  if (node.name === 'not') return { kind: 'not', operand: conditionOf(operand, scope) };
  const emptiness = /^is(not)?(empty|null)$/.exec(node.name);
  if (!emptiness) throw new Refusal(functionAdvice(node.name), node);
  const value = scalar(operand, scope);
  const isNegated = emptiness[1] !== undefined;
  if (value.type === 'text' && emptiness[2] === 'null') {
    throw new Refusal(`A text is never null: use is${isNegated ? 'not' : ''}empty().`, node);
  }
  const column = columnName(value);
  if (column === undefined || value.type === 'span') {
    throw new Refusal(`${node.name}() takes a column.`, operand);
  }
  return negated(isNegated, { kind: 'unknown', column, type: value.type });
}

function columnName(value: Scalar): string | undefined {
  if (value.type === 'number') return value.sum.kind === 'column' ? value.sum.name : undefined;
  if (value.type === 'time') return value.moment.kind === 'column' ? value.moment.name : undefined;
  return 'column' in value ? value.column : undefined;
}
