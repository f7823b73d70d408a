import type {
  LiteralType,
  QueryProblem,
  QueryStep,
  QueryTree,
  Span,
  TreeNode,
} from '@moorline/query';
import type { Kusto, KustoNode } from './kusto.ts';

/** The syntax is valid, but not of the part that is allowed. */
class NotAllowed extends Error {
  readonly span: Span;

  constructor(message: string, node: KustoNode) {
    super(message);
    this.span = spanOf(node);
  }
}

/** The tree of a query, from the nodes on our own list alone: whatever else the language has is refused. */
export function toTree(
  kusto: Kusto,
  root: KustoNode,
): { readonly tree: QueryTree } | { readonly problem: QueryProblem } {
  try {
    return { tree: queryOf(kusto, expressionOf(kusto, root)) };
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    return { problem: { message: error.message, ...error.span } };
  }
}

function spanOf(node: KustoNode): Span {
  return { start: node.TextStart, length: node.Width };
}

function childrenOf(node: KustoNode): KustoNode[] {
  const children: KustoNode[] = [];
  for (let index = 0; index < (node.ChildCount ?? 0); index++) {
    const child = node.GetChild(index);
    if (child) children.push(child);
  }
  return children;
}

function part(node: KustoNode, name: string): KustoNode {
  const child = childrenOf(node).find((candidate) => candidate.NameInParent === name);
  if (!child) throw new NotAllowed('This is not complete.', node);
  return child;
}

function textOf(node: KustoNode): string {
  return node.ToString().trim();
}

/** Elements of a list with separators. */
function elementsOf(list: KustoNode): KustoNode[] {
  return childrenOf(list).flatMap((element) => childrenOf(element).slice(0, 1));
}

function expressionOf(kusto: Kusto, root: KustoNode): KustoNode {
  const statements = elementsOf(part(root, 'Statements'));
  const [statement, second] = statements;
  if (kusto.typeOf(root) !== 'QueryBlock' || !statement) {
    throw new NotAllowed('A rule is one query, like: OS | where Name == "Debian GNU/Linux"', root);
  }
  if (second) throw new NotAllowed('A rule is one query; this is a second one.', second);
  if (kusto.typeOf(statement) !== 'ExpressionStatement') {
    throw new NotAllowed('A rule is one query, without let, set or declare.', statement);
  }
  return part(statement, 'Expression');
}

function queryOf(kusto: Kusto, node: KustoNode): QueryTree {
  const steps: QueryStep[] = [];
  let source = inner(kusto, node);
  while (kusto.typeOf(source) === 'PipeExpression') {
    steps.unshift(stepOf(kusto, part(source, 'Operator')));
    source = inner(kusto, part(source, 'Expression'));
  }
  if (kusto.typeOf(source) !== 'NameReference') {
    throw new NotAllowed('A query begins with the name of a class, like: OS | where …', source);
  }
  return { className: nameOf(source), classSpan: spanOf(source), steps, ...spanOf(node) };
}

function stepOf(kusto: Kusto, node: KustoNode): QueryStep {
  switch (kusto.typeOf(node)) {
    case 'FilterOperator':
      if (elementsOf(part(node, 'Parameters')).length > 0) {
        throw new NotAllowed('where takes no hints in rules.', node);
      }
      return {
        kind: 'where',
        condition: nodeOf(kusto, part(node, 'Condition')),
        ...spanOf(node),
      };
    case 'ProjectOperator':
    case 'DistinctOperator': {
      const columns = elementsOf(part(node, 'Expressions'));
      for (const column of columns) {
        if (kusto.typeOf(column) !== 'NameReference') {
          throw new NotAllowed('Only names of columns stand here in rules.', column);
        }
      }
      return { kind: 'columns', names: columns.map(nameOf), ...spanOf(node) };
    }
    default: {
      const [first] = childrenOf(node);
      const keyword = (first && textOf(first)) || 'This';
      throw new NotAllowed(
        `${keyword} is not offered in rules; where, project and distinct are.`,
        node,
      );
    }
  }
}

/** The name without the quotes that a name may have: ['Name']. */
function nameOf(node: KustoNode): string {
  return textOf(node).replace(/^\[\s*(["'])(.*)\1\s*\]$/, '$2');
}

function inner(kusto: Kusto, node: KustoNode): KustoNode {
  let expression = node;
  while (kusto.typeOf(expression) === 'ParenthesizedExpression') {
    expression = part(expression, 'Expression');
  }
  return expression;
}

const LITERALS: readonly string[] = ['string', 'long', 'real', 'bool', 'datetime', 'timespan'];

function nodeOf(kusto: Kusto, outer: KustoNode): TreeNode {
  const node = inner(kusto, outer);
  const span = spanOf(node);
  switch (kusto.typeOf(node)) {
    case 'NameReference':
      return { kind: 'name', name: nameOf(node), ...span };
    case 'LiteralExpression':
    case 'CompoundStringLiteralExpression': {
      const type = node.ResultType?.Name ?? '';
      if (!LITERALS.includes(type))
        throw new NotAllowed('A literal of this type is not offered in rules.', node);
      const text = type === 'string' ? String(node.LiteralValue) : textOf(node);
      return { kind: 'literal', type: type as LiteralType, text, ...span };
    }
    case 'PrefixUnaryExpression':
      if (textOf(part(node, 'Operator')) !== '-') break;
      return { kind: 'minus', operand: nodeOf(kusto, part(node, 'Expression')), ...span };
    case 'FunctionCallExpression': {
      const operands = elementsOf(part(part(node, 'ArgumentList'), 'Expressions'));
      return {
        kind: 'call',
        name: nameOf(part(node, 'Name')),
        operands: operands.map((operand) => nodeOf(kusto, operand)),
        ...span,
      };
    }
    case 'BinaryExpression':
      return {
        kind: 'binary',
        operator: textOf(part(node, 'Operator')),
        left: nodeOf(kusto, part(node, 'Left')),
        right: nodeOf(kusto, part(node, 'Right')),
        ...span,
      };
    case 'HasAnyExpression':
    case 'HasAllExpression':
    case 'InExpression':
      return listOf(kusto, node);
    case 'BetweenExpression': {
      const couple = part(node, 'Right');
      return {
        kind: 'between',
        isNegated: textOf(part(node, 'Operator')).startsWith('!'),
        left: nodeOf(kusto, part(node, 'Left')),
        first: nodeOf(kusto, part(couple, 'First')),
        last: nodeOf(kusto, part(couple, 'Second')),
        ...span,
      };
    }
  }
  throw new NotAllowed(`"${textOf(node).slice(0, 40)}" is not offered in rules.`, node);
}

function listOf(kusto: Kusto, node: KustoNode): TreeNode {
  const span = spanOf(node);
  const operator = textOf(part(node, 'Operator'));
  const left = nodeOf(kusto, part(node, 'Left'));
  const items = elementsOf(part(part(node, 'Right'), 'Expressions'));
  const [first] = items;
  const isQuery =
    items.length === 1 && first !== undefined && isTabular(kusto, inner(kusto, first));
  if (isQuery && (operator === 'in' || operator === '!in')) {
    const isNegated = operator === '!in';
    return { kind: 'devices', isNegated, left, query: queryOf(kusto, first), ...span };
  }
  return { kind: 'list', operator, left, items: items.map((item) => nodeOf(kusto, item)), ...span };
}

function isTabular(kusto: Kusto, node: KustoNode): boolean {
  const type = kusto.typeOf(node);
  // A column's type is a scalar's; that of a class has the class's own name.
  return (
    type === 'PipeExpression' ||
    (type === 'NameReference' && node.ResultType?.Name === nameOf(node))
  );
}
