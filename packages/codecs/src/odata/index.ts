export {
  type BoundAction,
  type ComplexType,
  printCsdl,
  type ServiceModel,
  type StructuralType,
} from './csdl.ts';
export type { EntityDescription, EntityProperty, PropertyType } from './entity.ts';
export { odataErrors } from './errors.ts';
export {
  type Comparison,
  type Filter,
  type FilterLiteral,
  printFilter,
  type TextFunction,
} from './filter.ts';
export { parseFilter } from './parse-filter.ts';
export {
  type OrderBy,
  parseQueryOptions,
  QUERY_OPTIONS,
  type QueryOptionName,
  type QueryOptions,
} from './query-options.ts';
