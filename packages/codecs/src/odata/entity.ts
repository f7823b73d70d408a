import { nearest } from '@moorline/kernel';
import { odataErrors } from './errors.ts';

/** Primitive types by their OData names without `Edm.`. @spec OData CSDL XML 4.01 §3.3 */
export type PropertyType =
  | 'String'
  | 'Boolean'
  | 'Int32'
  | 'Int64'
  | 'Double'
  | 'DateTimeOffset'
  | 'Guid';

export interface EntityProperty {
  readonly type: PropertyType;
  /** Present: the property is of this enumeration and written as a string. */
  readonly enumeration?: { readonly name: string; readonly members: readonly string[] };
  readonly isNullable: boolean;
  readonly isFilterable: boolean;
  readonly isSortable: boolean;
  readonly isSearchable: boolean;
}

/** What a query may name, and what `$metadata` says of it. */
export interface EntityDescription {
  /** Namespace of the type, such as `microsoft.graph`. */
  readonly namespace: string;
  readonly name: string;
  /** Name of the key property. */
  readonly key: string;
  readonly properties: Readonly<Record<string, EntityProperty>>;
}

export type PropertyUse = 'isFilterable' | 'isSortable';

/** The named property if the query may use it so. @throws `odata.property_unknown`, `odata.property_not_usable` */
export function usableProperty(
  entity: EntityDescription,
  name: string,
  option: string,
  use?: PropertyUse,
): EntityProperty {
  const property = Object.hasOwn(entity.properties, name) ? entity.properties[name] : undefined;
  if (!property) {
    const near = nearest(name, Object.keys(entity.properties));
    const hint = near ? `Did you mean ${near}?` : 'See $metadata for its properties.';
    throw odataErrors.propertyUnknown({ entity: entity.name, property: name.slice(0, 64), hint });
  }
  if (use && !property[use]) {
    const usable = Object.entries(entity.properties)
      .filter(([, candidate]) => candidate[use])
      .map(([candidate]) => candidate);
    throw odataErrors.propertyNotUsable({ property: name, option, usable: usable.join(', ') });
  }
  return property;
}
