import { type Static, type TSchema, Type } from 'typebox';

/** Graph's error envelope. @spec https://learn.microsoft.com/graph/errors */
export const GraphError = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    innerError: Type.Object({
      date: Type.String(),
      'request-id': Type.String(),
      'client-request-id': Type.String(),
    }),
  }),
});
export type GraphError = Static<typeof GraphError>;

/** A page of a collection. @spec OData JSON Format 4.01 §13 */
export const Collection = <T extends TSchema>(item: T) =>
  Type.Object({
    '@odata.context': Type.String(),
    '@odata.count': Type.Optional(Type.Integer()),
    '@odata.nextLink': Type.Optional(Type.String()),
    value: Type.Array(item),
  });

export interface CollectionOf<T> {
  readonly '@odata.context': string;
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string;
  readonly value: readonly T[];
}

/** Problem details, on every path that is not Graph's. @spec RFC 9457 §3 */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    /** Dotted code that never changes. */
    code: Type.String(),
    requestId: Type.String(),
  },
  { additionalProperties: true },
);
export type Problem = Static<typeof Problem>;
