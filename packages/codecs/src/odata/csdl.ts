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
  /** Property name → full type name. */
  readonly properties: Readonly<Record<string, string>>;
}

/** What a service serves: a singleton that contains collections of entities. */
export interface ServiceModel {
  readonly singleton: {
    readonly namespace: string;
    readonly name: string;
    readonly collections: Readonly<Record<string, EntityDescription>>;
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
  const properties = Object.entries(complex.properties).map(
    ([propertyName, type]) =>
      `<Property Name="${name(propertyName)}" Type="${name(type)}" Nullable="false"/>`,
  );
  return `<ComplexType Name="${name(complex.name)}">${properties.join('')}</ComplexType>`;
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
  return `<EntityType Name="${name(singleton.name)}">${collections.join('')}</EntityType>`;
}

// Every name comes from a declaration in code; one that would need escaping is a mistake there.
function name(text: string): string {
  if (!/^[\w.]+$/.test(text)) throw new TypeError(`not a name in a schema: ${text}`);
  return text;
}
