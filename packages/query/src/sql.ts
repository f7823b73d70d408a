import { type Condition, type Order, type QueryPlan, type Sum, timeTermsOf } from './plan.ts';
import { DEVICE_ID, type ValueType } from './schema.ts';
import { momentText, wordsPattern } from './text.ts';

/** SQL in parts: text that code wrote, and values that are bound. Nothing of a query becomes text. */
export type SqlParts = readonly (string | SqlValue)[];

export interface SqlValue {
  readonly value: string | number | boolean | readonly string[];
  /** The parameter's type in PostgreSQL. */
  readonly type: string;
}

/** Where the rows of a class are; the device is the row `d` of an outer query, its id `d.id`. */
export interface SqlSource {
  /** What stands after FROM: gives the class's rows of the device `d`, or its one row when empty. */
  readonly from: SqlParts;
  readonly where: SqlParts;
  /**
   * The column of such a row: text (empty when not known), double precision, boolean, or a time as text in the
   * form of `timeText`; null when not known. Comparable byte by byte. Must not fail for any row.
   */
  column(name: string, type: ValueType): SqlParts;
  /**
   * A quick condition on all rows of the device at once, without which none has one of these texts; absent: there is
   * no quick one. It may let devices pass that have none.
   */
  mayHave?(column: string, values: readonly string[]): SqlParts;
}

export type SqlSources = (className: string) => SqlSource;

/** The condition that the device `d` is among the plan's at `nowMs`: true or false. */
export function planSql(plan: QueryPlan, sources: SqlSources, nowMs: number): SqlParts {
  const source = sources(plan.className);
  const condition = plan.where ? conditionSql(plan.where, source, sources, nowMs) : null;
  if (source.from.length === 0)
    return condition ? ['coalesce(', ...condition, ', false)'] : ['true'];
  return [
    'exists (select 1 from ',
    ...source.from,
    ' where ',
    ...source.where,
    ...quickSql(plan.where, source),
    ...(condition ? [' and ', ...condition] : []),
    ')',
  ];
}

/**
 * One statement per comparison with the present moment: rows `(id, time)`, the earliest time of each device
 * that `now + plusMs` has not passed yet, as text in the form of `timeText`.
 */
export function wakesSql(
  plan: QueryPlan,
  sources: SqlSources,
  nowMs: number,
  devices: SqlParts,
): readonly { readonly plusMs: number; readonly statement: SqlParts }[] {
  return timeTermsOf(plan).map(({ className, column, plusMs }) => {
    const source = sources(className);
    const time = source.column(column, 'time');
    const after: SqlParts = [...time, ' >= ', bound(momentText(nowMs + plusMs))];
    const inner: SqlParts =
      source.from.length === 0
        ? ['select ', ...time, ' as time where ', ...after]
        : [
            'select min(',
            ...time,
            ') as time from ',
            ...source.from,
            ' where ',
            ...source.where,
            ' and ',
            ...after,
          ];
    return {
      plusMs,
      statement: [
        'select d.id, w.time from ',
        ...devices,
        ' cross join lateral (',
        ...inner,
        ') as w where w.time is not null',
      ],
    };
  });
}

/** What must be true of a device's rows as a whole for any of them to meet the condition. */
function quickSql(condition: Condition | null, source: SqlSource): SqlParts {
  if (!condition || !source.mayHave) return [];
  if (condition.kind === 'and') {
    return condition.operands.flatMap((operand) => [...quickSql(operand, source)]);
  }
  if (condition.kind !== 'text' || condition.test !== 'equals' || condition.foldsCase) return [];
  const { column, values } = condition;
  // A text that is not known is empty, too.
  if (column === DEVICE_ID || values.length === 0 || values.includes('')) return [];
  if (values.length > QUICK_VALUES) return [];
  return [' and ', ...source.mayHave(column, values)];
}

const QUICK_VALUES = 16;

const ORDERS: Readonly<Record<Order, string>> = {
  '==': ' = ',
  '!=': ' <> ',
  '<': ' < ',
  '<=': ' <= ',
  '>': ' > ',
  '>=': ' >= ',
};

function bound(value: string): SqlValue {
  return { value, type: 'text' };
}

function conditionSql(
  condition: Condition,
  source: SqlSource,
  sources: SqlSources,
  nowMs: number,
): SqlParts {
  const inner = (operand: Condition): SqlParts => conditionSql(operand, source, sources, nowMs);
  switch (condition.kind) {
    case 'constant':
      return [condition.value ? 'true' : 'false'];
    case 'not':
      return ['(not ', ...inner(condition.operand), ')'];
    case 'and':
    case 'or': {
      const operands = condition.operands.map(inner);
      if (operands.length === 0) return [condition.kind === 'and' ? 'true' : 'false'];
      return [
        '(',
        ...operands.flatMap((part, at) => (at ? [` ${condition.kind} `, ...part] : part)),
        ')',
      ];
    }
    case 'text':
      return textSql(condition, source);
    case 'number':
      return orderSql(
        condition.order,
        sumSql(condition.left, source),
        sumSql(condition.right, source),
      );
    case 'flag':
      return ['(', ...source.column(condition.column, 'flag'), ` = ${condition.value})`];
    case 'time': {
      const { right } = condition;
      const other: SqlParts =
        right.kind === 'column'
          ? source.column(right.name, 'time')
          : [bound(momentText(right.kind === 'now' ? nowMs + right.plusMs : right.timeMs))];
      return orderSql(condition.order, source.column(condition.column, 'time'), other);
    }
    case 'unknown': {
      const column = columnSql(condition.column, condition.type, source);
      return ['(', ...column, condition.type === 'text' ? " = '')" : ' is null)'];
    }
    case 'devices':
      return planSql(condition.query, sources, nowMs);
  }
}

function columnSql(name: string, type: ValueType, source: SqlSource): SqlParts {
  return name === DEVICE_ID ? ['d.id::text'] : source.column(name, type);
}

function textSql(condition: Extract<Condition, { kind: 'text' }>, source: SqlSource): SqlParts {
  const { test, values, foldsCase } = condition;
  const column = columnSql(condition.column, 'text', source);
  const raw: SqlParts = ['(', ...column, ' collate "C")'];
  const left: SqlParts = foldsCase ? ['lower', ...raw] : raw;
  if (test === 'equals') return ['(', ...left, ' = any(', { value: values, type: 'text[]' }, '))'];
  const tests = values.map((value) => textTestSql(test, left, value));
  if (tests.length === 0) return ['false'];
  return ['(', ...tests.flatMap((part, at) => (at ? [' or ', ...part] : part)), ')'];
}

/** What is not known is unequal to what is, and has no order. */
function orderSql(order: Order, left: SqlParts, right: SqlParts): SqlParts {
  const compared: SqlParts = ['(', ...left, ORDERS[order], ...right, ')'];
  if (order !== '==' && order !== '!=') return compared;
  return [
    '(case when num_nulls(',
    ...left,
    ', ',
    ...right,
    `) = 1 then ${order === '!='} else `,
    ...compared,
    ' end)',
  ];
}

function sumSql(sum: Sum, source: SqlSource): SqlParts {
  switch (sum.kind) {
    case 'constant':
      return [{ value: sum.value, type: 'double precision' }];
    case 'column':
      return source.column(sum.name, 'number');
    default:
      return ['(', ...sumSql(sum.left, source), ` ${sum.kind} `, ...sumSql(sum.right, source), ')'];
  }
}

function textTestSql(
  test: 'contains' | 'has' | 'startswith' | 'endswith',
  left: SqlParts,
  value: string,
): SqlParts {
  switch (test) {
    case 'contains':
      return ['strpos(', ...left, ', ', bound(value), ') > 0'];
    case 'startswith':
      return ['starts_with(', ...left, ', ', bound(value), ')'];
    case 'endswith':
      return ['right(', ...left, `, ${[...value].length}) = `, bound(value)];
    case 'has':
      return [...left, ' ~ ', bound(wordsPattern(value))];
  }
}
