import type { DeviceFacts, FactTable } from './facts.ts';
import { type Condition, type Order, type QueryPlan, type Sum, timeTermsOf } from './plan.ts';
import { hasWords, momentText } from './text.ts';

/** A plan made ready to be asked of many devices. */
export interface CompiledQuery {
  readonly plan: QueryPlan;
  /** Whether the device has a row for which the condition is true at `nowMs`. */
  matches(facts: DeviceFacts, nowMs: number): boolean;
  /** Numbers of the rows for which it is true, at most `limit`. */
  matchingRows(facts: DeviceFacts, nowMs: number, limit: number): readonly number[];
  /** The next moment after `nowMs` at which the answer can change with the same rows; null: none. */
  nextChange(facts: DeviceFacts, nowMs: number): number | null;
}

/** Unknown is null. */
type Test = (row: number) => boolean | null;
/** Binds a condition to a table and a moment. */
type Bind = (table: FactTable, facts: DeviceFacts, nowMs: number) => Test;

export function compileQuery(plan: QueryPlan): CompiledQuery {
  const bind = plan.where ? bindOf(plan.where) : null;
  const candidates = plan.where ? candidatesOf(plan.where) : null;
  const terms = timeTermsOf(plan);

  function* matching(facts: DeviceFacts, nowMs: number): Generator<number> {
    const table = facts.table(plan.className);
    if (table.rowCount === 0) return;
    const test = bind?.(table, facts, nowMs);
    for (const row of candidates?.(table) ?? everyRow(table.rowCount)) {
      if (!test || test(row) === true) yield row;
    }
  }

  return {
    plan,
    matches(facts, nowMs) {
      for (const _ of matching(facts, nowMs)) return true;
      return false;
    },
    matchingRows(facts, nowMs, limit) {
      const rows: number[] = [];
      for (const row of matching(facts, nowMs)) {
        if (rows.length >= limit) break;
        rows.push(row);
      }
      return rows;
    },
    nextChange(facts, nowMs) {
      let next: number | null = null;
      for (const { className, column, plusMs } of terms) {
        for (const text of facts.table(className).time(column)) {
          const at = text === null ? null : wakeOf(text, plusMs, nowMs);
          if (at !== null && (next === null || at < next)) next = at;
        }
      }
      return next;
    },
  };
}

const RECHECK_MS = 3_600_000;

/** When a comparison of this time with `now + plusMs` changes after `nowMs`; null: never again. */
export function wakeOf(text: string, plusMs: number, nowMs: number): number | null {
  if (text < momentText(nowMs + plusMs)) return null;
  const timeMs = Date.parse(`${text}Z`);
  // A day that no calendar has is compared as text, and so looked at again until it has passed.
  const isReal = !Number.isNaN(timeMs) && momentText(timeMs) === text;
  // One later than the time itself: then both "before" and "not after" have changed.
  return isReal ? Math.max(timeMs - plusMs + 1, nowMs + 1) : nowMs + RECHECK_MS;
}

function* everyRow(count: number): Generator<number> {
  for (let row = 0; row < count; row++) yield row;
}

/** The only rows that can match, found by an index; null: any can. */
function candidatesOf(condition: Condition): ((table: FactTable) => readonly number[]) | null {
  if (condition.kind === 'and') {
    for (const operand of condition.operands) {
      const found = candidatesOf(operand);
      if (found) return found;
    }
  }
  if (condition.kind !== 'text' || condition.test !== 'equals') return null;
  const { column, foldsCase, values } = condition;
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) return null;
  return (table) => table.rowsWith(column, foldsCase, value);
}

function bindOf(condition: Condition): Bind {
  switch (condition.kind) {
    case 'constant':
      return () => () => condition.value;
    case 'not': {
      const operand = bindOf(condition.operand);
      return (...args) => {
        const test = operand(...args);
        return (row) => {
          const result = test(row);
          return result === null ? null : !result;
        };
      };
    }
    case 'and':
    case 'or':
      return junction(condition.operands.map(bindOf), condition.kind === 'or');
    case 'text':
      return textTest(condition);
    case 'number': {
      const { order } = condition;
      const left = sumOf(condition.left);
      const right = sumOf(condition.right);
      return (table) => {
        const [l, r] = [left(table), right(table)];
        return (row) => ordered(order, l(row), r(row));
      };
    }
    case 'flag':
      return (table) => {
        const values = table.flag(condition.column);
        return (row) => {
          const value = values[row] ?? null;
          return value === null ? null : value === condition.value;
        };
      };
    case 'time': {
      const { order, column, right } = condition;
      return (table, _facts, nowMs) => {
        const values = table.time(column);
        if (right.kind === 'column') {
          const others = table.time(right.name);
          return (row) => ordered(order, values[row] ?? null, others[row] ?? null);
        }
        const moment = momentText(right.kind === 'now' ? nowMs + right.plusMs : right.timeMs);
        return (row) => ordered(order, values[row] ?? null, moment);
      };
    }
    case 'unknown': {
      const { column, type } = condition;
      if (type === 'text') {
        return (table) => {
          const values = table.text(column, false);
          return (row) => values[row] === '';
        };
      }
      return (table) => {
        const values = table[type](column);
        return (row) => (values[row] ?? null) === null;
      };
    }
    case 'devices': {
      const query = compileQuery(condition.query);
      return (_table, facts, nowMs) => {
        let answer: boolean | undefined;
        return () => (answer ??= query.matches(facts, nowMs));
      };
    }
  }
}

function junction(operands: readonly Bind[], deciding: boolean): Bind {
  return (...args) => {
    const tests = operands.map((operand) => operand(...args));
    return (row) => {
      let isUnknown = false;
      for (const test of tests) {
        const result = test(row);
        if (result === deciding) return deciding;
        if (result === null) isUnknown = true;
      }
      return isUnknown ? null : !deciding;
    };
  };
}

function textTest(condition: Extract<Condition, { kind: 'text' }>): Bind {
  const { test, column, values, foldsCase } = condition;
  const isOneOf = new Set(values);
  const any: Readonly<Record<typeof test, (text: string) => boolean>> = {
    equals: (text) => isOneOf.has(text),
    contains: (text) => values.some((value) => text.includes(value)),
    has: (text) => values.some((value) => hasWords(text, value)),
    startswith: (text) => values.some((value) => text.startsWith(value)),
    endswith: (text) => values.some((value) => text.endsWith(value)),
  };
  const passes = any[test];
  return (table) => {
    const texts = table.text(column, foldsCase);
    return (row) => passes(texts[row] ?? '');
  };
}

/** How two values stand; what is not known is unequal to what is, and has no order. */
function ordered<T extends number | string>(
  order: Order,
  left: T | null,
  right: T | null,
): boolean | null {
  if (left === null || right === null) {
    if (left === right || (order !== '==' && order !== '!=')) return null;
    return order === '!=';
  }
  switch (order) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function sumOf(sum: Sum): (table: FactTable) => (row: number) => number | null {
  switch (sum.kind) {
    case 'constant':
      return () => () => sum.value;
    case 'column':
      return (table) => {
        const values = table.number(sum.name);
        return (row) => values[row] ?? null;
      };
    default: {
      const left = sumOf(sum.left);
      const right = sumOf(sum.right);
      const { kind } = sum;
      return (table) => {
        const [l, r] = [left(table), right(table)];
        return (row) => {
          const [a, b] = [l(row), r(row)];
          if (a === null || b === null) return null;
          return kind === '+' ? a + b : kind === '-' ? a - b : a * b;
        };
      };
    }
  }
}
