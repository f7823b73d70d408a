/** A literal as the query wrote it, checked against the property that it stands beside. */
export type FilterLiteral =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  /** RFC 3339 UTC with milliseconds. */
  | { readonly type: 'dateTimeOffset'; readonly value: string }
  /** Lower case. */
  | { readonly type: 'guid'; readonly value: string };

export const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const TEXT_FUNCTIONS = ['contains', 'startswith', 'endswith'] as const;
export type TextFunction = (typeof TEXT_FUNCTIONS)[number];

/** A $filter after reading: every property exists, may be filtered by, and fits its literals. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | {
      readonly kind: 'comparison';
      readonly property: string;
      readonly operator: Comparison;
      readonly value: FilterLiteral;
    }
  | { readonly kind: 'in'; readonly property: string; readonly values: readonly FilterLiteral[] }
  | {
      readonly kind: 'text';
      readonly function: TextFunction;
      readonly property: string;
      readonly value: string;
    };

/** The filter as $filter text; reading it again gives an equal filter. @spec OData URL Conventions 4.01 §5.1.1 */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands
        .map((operand) =>
          operand.kind === 'and' || operand.kind === 'or'
            ? `(${printFilter(operand)})`
            : printFilter(operand),
        )
        .join(` ${filter.kind} `);
    case 'not':
      return `not (${printFilter(filter.operand)})`;
    case 'comparison':
      return `${filter.property} ${filter.operator} ${printLiteral(filter.value)}`;
    case 'in':
      return `${filter.property} in (${filter.values.map(printLiteral).join(',')})`;
    case 'text':
      return `${filter.function}(${filter.property},${quote(filter.value)})`;
  }
}

function printLiteral(literal: FilterLiteral): string {
  switch (literal.type) {
    case 'null':
      return 'null';
    case 'boolean':
    case 'number':
      return String(literal.value);
    case 'string':
      return quote(literal.value);
    case 'dateTimeOffset':
    case 'guid':
      return literal.value;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
