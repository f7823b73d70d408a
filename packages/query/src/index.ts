export { type CheckedQuery, checkQuery } from './check.ts';
export { type CompiledQuery, compileQuery, wakeOf } from './evaluate.ts';
export { createDeviceFacts, type DeviceFacts, type FactTable } from './facts.ts';
export {
  type Condition,
  classesOf,
  type Moment,
  type Order,
  type QueryPlan,
  type Sum,
  type TextTest,
  type TimeTerm,
  timeTermsOf,
} from './plan.ts';
export { DEVICE_ID, QUERY_LIMITS, type QueryClass, type ValueType } from './schema.ts';
export {
  planSql,
  type SqlParts,
  type SqlSource,
  type SqlSources,
  type SqlValue,
  wakesSql,
} from './sql.ts';
export type {
  LiteralType,
  QueryProblem,
  QueryStep,
  QueryTree,
  Span,
  TreeNode,
} from './tree.ts';
