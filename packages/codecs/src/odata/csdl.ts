import type { EntityDescription } from './entity.ts';

/** An action bound to an entity: one parameter beside the entity itself, no result. */
export interface BoundAction {
  readonly entity: EntityDescription;
  readonly name: string;
  readonly parameter: { readonly name: string; readonly type: string };
}

export interface ComplexType {
  readonly namespace: string;
  readonly name: string;
  /** Property name → full type name, of a property that is never null, or more about it. */
  readonly properties: Readonly<Record<string, string | StructuralType>>;
}

export interface StructuralType {
  /** Full type name; of an item, when it is a collection. */
  readonly type: string;
  readonly isCollection?: boolean;
  readonly isNullable?: boolean;
}

/** What a service serves: a singleton that contains collections of entities. */
export interface ServiceModel {
  readonly singleton: {
    readonly namespace: string;
    readonly name: string;
    readonly collections: Readonly<Record<string, EntityDescription>>;
    /** Single entities beside the collections; each type's key is its `id`. */
    readonly entities?: Readonly<Record<string, ComplexType>>;
  };
  readonly complexTypes: readonly ComplexType[];
  readonly enumerations: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly members: readonly string[];
  }[];
  readonly actions: readonly BoundAction[];
}

/** The model as CSDL XML, what `$metadata` answers. @spec OData CSDL XML 4.01 §3 */
export function printCsdl(model: ServiceModel): string {
  const parts = new Map<string, string[]>();
  const add = (namespace: string, element: string): void => {
    parts.set(namespace, [...(parts.get(namespace) ?? []), element]);
  };
  const { singleton } = model;
  const entities = [...new Set(Object.values(singleton.collections))];
  for (const entity of entities) {
    for (const property of Object.values(entity.properties)) {
      if (property.enumeration) add(entity.namespace, enumType(property.enumeration));
    }
    add(entity.namespace, entityType(entity));
  }
  for (const single of Object.values(singleton.entities ?? {})) {
    add(single.namespace, singleType(single));
  }
  for (const enumeration of model.enumerations) add(enumeration.namespace, enumType(enumeration));
  for (const complex of model.complexTypes) add(complex.namespace, complexType(complex));
  for (const action of model.actions) add(action.entity.namespace, boundAction(action));
  add(singleton.namespace, singletonType(singleton));
  add(
    singleton.namespace,
    `<EntityContainer Name="MoorlineService"><Singleton Name="${name(singleton.name)}" Type="${name(singleton.namespace)}.${name(singleton.name)}"/></EntityContainer>`,
  );
  const schemas = [...parts].map(
    ([namespace, elements]) =>
      `<Schema Namespace="${name(namespace)}" xmlns="http://docs.oasis-open.org/odata/ns/edm">${[...new Set(elements)].join('')}</Schema>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.01" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>${schemas.join('')}</edmx:DataServices></edmx:Edmx>`;
}

function entityType(entity: EntityDescription): string {
  const properties = Object.entries(entity.properties).map(([propertyName, property]) => {
    const type = property.enumeration
      ? `${entity.namespace}.${property.enumeration.name}`
      : `Edm.${property.type}`;
    const nullable = property.isNullable ? '' : ' Nullable="false"';
    return `<Property Name="${name(propertyName)}" Type="${name(type)}"${nullable}/>`;
  });
  return `<EntityType Name="${name(entity.name)}"><Key><PropertyRef Name="${name(entity.key)}"/></Key>${properties.join('')}</EntityType>`;
}

function enumType(enumeration: { name: string; members: readonly string[] }): string {
  const members = enumeration.members.map(
    (member, index) => `<Member Name="${name(member)}" Value="${index}"/>`,
  );
  return `<EnumType Name="${name(enumeration.name)}">${members.join('')}</EnumType>`;
}

function complexType(complex: ComplexType): string {
  return `<ComplexType Name="${name(complex.name)}">${structure(complex)}</ComplexType>`;
}

function singleType(single: ComplexType): string {
  return `<EntityType Name="${name(single.name)}"><Key><PropertyRef Name="id"/></Key>${structure(single)}</EntityType>`;
}

function structure({ properties }: ComplexType): string {
  const members = Object.entries(properties).map(([propertyName, property]) => {
    const declared: StructuralType = typeof property === 'string' ? { type: property } : property;
    const { type, isCollection, isNullable } = declared;
    const fullType = isCollection ? `Collection(${name(type)})` : name(type);
    const nullable = isNullable ? '' : ' Nullable="false"';
    return `<Property Name="${name(propertyName)}" Type="${fullType}"${nullable}/>`;
  });
  return members.join('');
}

function boundAction(action: BoundAction): string {
  const { entity, parameter } = action;
  return `<Action Name="${name(action.name)}" IsBound="true"><Parameter Name="bindingParameter" Type="${name(entity.namespace)}.${name(entity.name)}" Nullable="false"/><Parameter Name="${name(parameter.name)}" Type="${name(parameter.type)}" Nullable="false"/></Action>`;
}

function singletonType(singleton: ServiceModel['singleton']): string {
  const collections = Object.entries(singleton.collections).map(
    ([collection, entity]) =>
      `<NavigationProperty Name="${name(collection)}" Type="Collection(${name(entity.namespace)}.${name(entity.name)})" ContainsTarget="true"/>`,
  );
  const singles = Object.entries(singleton.entities ?? {}).map(
    ([single, type]) =>
      `<NavigationProperty Name="${name(single)}" Type="${name(type.namespace)}.${name(type.name)}" Nullable="false" ContainsTarget="true"/>`,
  );
  return `<EntityType Name="${name(singleton.name)}">${collections.join('')}${singles.join('')}</EntityType>`;
}

// Every name comes from a declaration in code; one that would need escaping is a mistake there.
function name(text: string): string {
  if (!/^[\w.]+$/.test(text)) throw new TypeError(`not a name in a schema: ${text}`);
  return text;
}
