/** The devices that have at least one row of the class for which the condition is true. */
export interface QueryPlan {
  readonly className: string;
  /** Null: any row. */
  readonly where: Condition | null;
}

export type Order = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type TextTest = 'equals' | 'contains' | 'has' | 'startswith' | 'endswith';

/**
 * A condition on one row: true, false or unknown. A value that is not known is unequal to every constant, and
 * its order against one is unknown; a text that is not known is empty. Unknown combines as in SQL.
 */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'constant'; readonly value: boolean }
  /** Any of the values; `foldsCase`: the ASCII letters of both sides are compared in lower case. */
  | {
      readonly kind: 'text';
      readonly test: TextTest;
      readonly column: string;
      readonly values: readonly string[];
      readonly foldsCase: boolean;
    }
  | { readonly kind: 'number'; readonly order: Order; readonly left: Sum; readonly right: Sum }
  | { readonly kind: 'flag'; readonly column: string; readonly value: boolean }
  | {
      readonly kind: 'time';
      readonly order: Order;
      readonly column: string;
      readonly right: Moment;
    }
  | {
      readonly kind: 'unknown';
      readonly column: string;
      readonly type: 'text' | 'number' | 'flag' | 'time';
    }
  /** The device is among those of another query. */
  | { readonly kind: 'devices'; readonly query: QueryPlan };

/** Numbers in double precision; unknown when any part of it is. */
export type Sum =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: '+' | '-' | '*'; readonly left: Sum; readonly right: Sum };

export type Moment =
  | { readonly kind: 'constant'; readonly timeMs: number }
  /** `now` and so much: negative for `ago`. */
  | { readonly kind: 'now'; readonly plusMs: number }
  | { readonly kind: 'column'; readonly name: string };

/** A column whose distance from now decides: the answer can change when `now + plusMs` passes its value. */
export interface TimeTerm {
  readonly className: string;
  readonly column: string;
  readonly plusMs: number;
}

/** Names of the classes that the plan reads. */
export function classesOf(plan: QueryPlan): ReadonlySet<string> {
  const names = new Set<string>();
  walk(plan, (className) => names.add(className));
  return names;
}

/** Every comparison with the present moment; none: the answer changes with the rows alone. */
export function timeTermsOf(plan: QueryPlan): readonly TimeTerm[] {
  const terms: TimeTerm[] = [];
  walk(plan, (className, condition) => {
    if (condition?.kind !== 'time' || condition.right.kind !== 'now') return;
    terms.push({ className, column: condition.column, plusMs: condition.right.plusMs });
  });
  return terms;
}

function walk(
  plan: QueryPlan,
  visit: (className: string, condition: Condition | null) => void,
): void {
  const { className } = plan;
  const into = (condition: Condition): void => {
    visit(className, condition);
    if (condition.kind === 'and' || condition.kind === 'or') condition.operands.forEach(into);
    if (condition.kind === 'not') into(condition.operand);
    if (condition.kind === 'devices') walk(condition.query, visit);
  };
  visit(className, null);
  if (plan.where) into(plan.where);
}
