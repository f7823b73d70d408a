/** Where something stands in a query's text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** What is wrong with a query, for people, and where. */
export interface QueryProblem extends Span {
  readonly message: string;
}

/** A query as it was written, cut down to the syntax that is allowed; types are not checked yet. */
export interface QueryTree extends Span {
  readonly className: string;
  readonly classSpan: Span;
  readonly steps: readonly QueryStep[];
}

export type QueryStep = Span &
  (
    | { readonly kind: 'where'; readonly condition: TreeNode }
    | { readonly kind: 'columns'; readonly names: readonly string[] }
  );

export type LiteralType = 'string' | 'long' | 'real' | 'bool' | 'datetime' | 'timespan';

export type TreeNode = Span &
  (
    | { readonly kind: 'name'; readonly name: string }
    /** `text`: the value of a string; of anything else as it was written. */
    | { readonly kind: 'literal'; readonly type: LiteralType; readonly text: string }
    | { readonly kind: 'call'; readonly name: string; readonly operands: readonly TreeNode[] }
    | { readonly kind: 'minus'; readonly operand: TreeNode }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: TreeNode;
        readonly right: TreeNode;
      }
    | {
        readonly kind: 'list';
        readonly operator: string;
        readonly left: TreeNode;
        readonly items: readonly TreeNode[];
      }
    | {
        readonly kind: 'between';
        readonly isNegated: boolean;
        readonly left: TreeNode;
        readonly first: TreeNode;
        readonly last: TreeNode;
      }
    | {
        readonly kind: 'devices';
        readonly isNegated: boolean;
        readonly left: TreeNode;
        readonly query: QueryTree;
      }
  );
