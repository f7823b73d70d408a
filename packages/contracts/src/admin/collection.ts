import { type Static, Type } from 'typebox';

const Id = Type.String({ maxLength: 64 });
const RuleName = Type.String({ minLength: 1, maxLength: 256 });

/** How devices come into a collection (direct, query, include) or are kept out of it (exclude). */
export const CollectionRule = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('direct'),
      name: RuleName,
      deviceIds: Type.Array(Id, { maxItems: 10_000 }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('query'),
      name: RuleName,
      /** A subset of the Kusto Query Language: docs/collections.md. */
      query: Type.String({ minLength: 1, maxLength: 8192 }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { kind: Type.Enum(['include', 'exclude']), name: RuleName, collectionId: Id },
    { additionalProperties: false },
  ),
]);
export type CollectionRule = Static<typeof CollectionRule>;

/** Graph's configManagerCollection, and ours beside it in the last block. */
export const ConfigManagerCollection = Type.Object({
  id: Type.String(),
  collectionIdentifier: Type.String(),
  displayName: Type.String(),
  hierarchyIdentifier: Type.String(),
  hierarchyName: Type.String(),
  createdDateTime: Type.String(),
  lastModifiedDateTime: Type.String(),
  /** Ours. */
  description: Type.String(),
  isBuiltIn: Type.Boolean(),
  /** Null: every device may be in it. */
  limitingCollectionId: Type.Union([Type.String(), Type.Null()]),
  memberCount: Type.Integer(),
  rules: Type.Array(CollectionRule),
  /** When every device was last evaluated as a check; null: not since it was changed. */
  lastCheckDateTime: Type.Union([Type.String(), Type.Null()]),
  lastCheckMilliseconds: Type.Union([Type.Integer(), Type.Null()]),
});
export type ConfigManagerCollection = Static<typeof ConfigManagerCollection>;

const definition = {
  limitingCollectionId: Id,
  rules: Type.Array(CollectionRule, { maxItems: 50 }),
};

export const CollectionDefinition = Type.Object(definition, { additionalProperties: false });
export type CollectionDefinition = Static<typeof CollectionDefinition>;

export const CreateCollection = Type.Object(
  {
    displayName: Type.String({ minLength: 1, maxLength: 256 }),
    description: Type.Optional(Type.String({ maxLength: 1024 })),
    ...definition,
  },
  { additionalProperties: false },
);
export type CreateCollection = Static<typeof CreateCollection>;

export const UpdateCollection = Type.Object(Type.Partial(CreateCollection).properties, {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateCollection = Static<typeof UpdateCollection>;

export const CollectionMember = Type.Object({
  id: Type.String(),
  deviceName: Type.Union([Type.String(), Type.Null()]),
});
export type CollectionMember = Static<typeof CollectionMember>;

/** How many devices, and the first of them by name. */
export const CollectionSample = Type.Object({
  count: Type.Integer(),
  devices: Type.Array(CollectionMember),
});
export type CollectionSample = Static<typeof CollectionSample>;

/** Who would enter and leave if the collection had this definition. */
export const CollectionWhatIf = Type.Object({
  memberCount: Type.Integer(),
  entering: CollectionSample,
  leaving: CollectionSample,
});
export type CollectionWhatIf = Static<typeof CollectionWhatIf>;

/** Why a device is a member, or is not: what the limit and each rule say of it. */
export const MembershipExplanation = Type.Object({
  deviceId: Type.String(),
  collectionId: Type.String(),
  isMember: Type.Boolean(),
  /** One sentence. */
  reason: Type.String(),
  limitingCollectionId: Type.Union([Type.String(), Type.Null()]),
  isInLimitingCollection: Type.Union([Type.Boolean(), Type.Null()]),
  rules: Type.Array(
    Type.Object({
      kind: Type.Enum(['direct', 'query', 'include', 'exclude']),
      name: Type.String(),
      applies: Type.Boolean(),
      /** The class whose rows a query found; null for other rules. */
      className: Type.Union([Type.String(), Type.Null()]),
      /** The first rows that it found. */
      rows: Type.Array(
        Type.Record(
          Type.String(),
          Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
        ),
      ),
    }),
  ),
});
export type MembershipExplanation = Static<typeof MembershipExplanation>;

export const QueryText = Type.Object(
  { query: Type.String({ maxLength: 16_384 }) },
  { additionalProperties: false },
);
export type QueryText = Static<typeof QueryText>;

/** What is wrong with a query; places are UTF-16 units. Empty: it is valid. */
export const QueryCheck = Type.Object({
  problems: Type.Array(
    Type.Object({ message: Type.String(), start: Type.Integer(), length: Type.Integer() }),
  ),
});
export type QueryCheck = Static<typeof QueryCheck>;

export const QueryPosition = Type.Object(
  { query: Type.String({ maxLength: 16_384 }), position: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);
export type QueryPosition = Static<typeof QueryPosition>;

/** What may stand at the position, and the text that it replaces. */
export const QueryCompletionAnswer = Type.Object({
  start: Type.Integer(),
  length: Type.Integer(),
  items: Type.Array(
    Type.Object({
      kind: Type.Enum(['class', 'column', 'function', 'operator', 'step', 'value']),
      label: Type.String(),
      before: Type.String(),
      after: Type.String(),
    }),
  ),
});
export type QueryCompletionAnswer = Static<typeof QueryCompletionAnswer>;
