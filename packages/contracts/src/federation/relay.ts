import { UPLOAD_CATEGORIES, UPLOAD_PERMISSIONS } from '@moorline/model';
import { type Static, Type } from 'typebox';
import { ACTION_FILE_LIMITS } from '../agent/actions.ts';
import { SiteReport } from './site-report.ts';

/** Claims of a relay request: a compact JWS, ES256, `typ` `moorline-relay+jwt`. @spec RFC 7515, RFC 7519 §4.1 */
export const RelayClaims = Type.Object({
  /** Tenant id. */
  iss: Type.String(),
  /** Connector id. */
  aud: Type.String(),
  jti: Type.String({ minLength: 16, maxLength: 64 }),
  iat: Type.Integer(),
  exp: Type.Integer(),
  /** The tenant's administrator in whose name it is; null: the tenant's own, which may ask for nothing but `connector.probe`. */
  act: Type.Union([
    Type.Object({
      userId: Type.String(),
      name: Type.String({ maxLength: 255 }),
      role: Type.String({ maxLength: 64 }),
      via: Type.Union([Type.Literal('session'), Type.Literal('token')]),
    }),
    Type.Null(),
  ]),
  method: Type.String({ maxLength: 64 }),
  params: Type.Record(Type.String(), Type.Unknown()),
});
export type RelayClaims = Static<typeof RelayClaims>;

/** The JOSE header `typ` of a relay request: no other kind of token of the tenant's passes for one. @spec RFC 8725 §3.11 */
export const RELAY_TOKEN_TYPE = 'moorline-relay+jwt';

/** The explicit table of what may be relayed. */
export const RELAY_METHODS = {
  requestAction: 'actions.request',
  cancelAction: 'actions.cancel',
  actionFile: 'actions.file',
  inventoryOverview: 'inventory.overview',
  inventoryDocument: 'inventory.document',
  inventoryHistory: 'inventory.history',
  inventoryDifference: 'inventory.difference',
  refreshInventory: 'inventory.refresh',
  probe: 'connector.probe',
  checkEndpoints: 'connector.checkEndpoints',
  rotateCertificate: 'connector.rotateCertificate',
  resync: 'connector.resync',
  pauseUpload: 'connector.pauseUpload',
} as const;

const Id = Type.String({ maxLength: 36 });
export const RelayParams = {
  'actions.request': Type.Object(
    {
      actionId: Id,
      deviceId: Id,
      kind: Type.String({ maxLength: 64 }),
      expiresAt: Type.String({ maxLength: 40 }),
    },
    { additionalProperties: false },
  ),
  'actions.cancel': Type.Object({ actionId: Id }, { additionalProperties: false }),
  'actions.file': Type.Object(
    {
      actionId: Id,
      offset: Type.Integer({ minimum: 0, maximum: ACTION_FILE_LIMITS.fileBytes }),
      length: Type.Integer({ minimum: 1, maximum: ACTION_FILE_LIMITS.pieceBytes }),
    },
    { additionalProperties: false },
  ),
  'inventory.overview': Type.Object({ deviceId: Id }, { additionalProperties: false }),
  'inventory.document': Type.Object(
    {
      deviceId: Id,
      className: Type.String({ maxLength: 64 }),
      skip: Type.Integer({ minimum: 0 }),
      top: Type.Integer({ minimum: 1, maximum: 1000 }),
      orderBy: Type.Optional(
        Type.Object(
          { column: Type.String({ maxLength: 64 }), descending: Type.Boolean() },
          { additionalProperties: false },
        ),
      ),
      day: Type.Optional(Type.String({ maxLength: 10 })),
    },
    { additionalProperties: false },
  ),
  'inventory.history': Type.Object(
    { deviceId: Id, className: Type.String({ maxLength: 64 }) },
    { additionalProperties: false },
  ),
  'inventory.difference': Type.Object(
    {
      deviceId: Id,
      className: Type.String({ maxLength: 64 }),
      from: Type.String({ maxLength: 10 }),
      to: Type.Union([Type.String({ maxLength: 10 }), Type.Null()]),
      skip: Type.Integer({ minimum: 0 }),
      top: Type.Integer({ minimum: 1, maximum: 200 }),
    },
    { additionalProperties: false },
  ),
  'inventory.refresh': Type.Object(
    { deviceId: Id, className: Type.String({ maxLength: 64 }) },
    { additionalProperties: false },
  ),
  /** Through the site's own queue and back: changes nothing. Asked by the tenant itself. since 2 */
  'connector.probe': Type.Object({}, { additionalProperties: false }),
  /** Looks at every internet endpoint now. since 2 */
  'connector.checkEndpoints': Type.Object({}, { additionalProperties: false }),
  /** Renews the connector's certificate now, with a new key. since 2 */
  'connector.rotateCertificate': Type.Object({}, { additionalProperties: false }),
  /** Compares digests and repairs; `full`: sends everything again. since 2 */
  'connector.resync': Type.Object({ full: Type.Boolean() }, { additionalProperties: false }),
  /** Changes the site's own setting: what it uploads waits, or goes on. since 2 */
  'connector.pauseUpload': Type.Object(
    { isPaused: Type.Boolean() },
    { additionalProperties: false },
  ),
} as const;

const Value = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const Time = Type.String({ maxLength: 40 });
const Row = Type.Record(Type.String({ maxLength: 64 }), Value);
const ColumnNames = Type.Array(Type.String({ maxLength: 64 }), { maxItems: 200 });
/** What each method answers. A site's answer is input: it is checked before anything is done with it. */
export const RelayResults = {
  /** The action as it stands after the request; asking again with the same id answers the same action. */
  'actions.request': Type.Object({ state: Type.String({ maxLength: 32 }) }),
  'actions.cancel': Type.Object({ state: Type.String({ maxLength: 32 }) }),
  /** Base64 of the part, and what the whole file is. */
  'actions.file': Type.Object({
    sizeBytes: Type.Integer({ minimum: 0, maximum: ACTION_FILE_LIMITS.fileBytes }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    data: Type.String({ maxLength: 1_400_000, pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
  }),
  'inventory.overview': Type.Object({
    classes: Type.Array(
      Type.Object({
        className: Type.String({ maxLength: 64 }),
        rowCount: Type.Integer({ minimum: 0 }),
        collectedAt: Time,
        receivedAt: Time,
        hash: Type.String({ maxLength: 64 }),
      }),
      { maxItems: 1000 },
    ),
  }),
  'inventory.document': Type.Object({
    className: Type.String({ maxLength: 64 }),
    collectedAt: Time,
    receivedAt: Time,
    rowCount: Type.Integer({ minimum: 0 }),
    hash: Type.Optional(Type.String({ maxLength: 64 })),
    maskedColumns: Type.Optional(ColumnNames),
    rows: Type.Array(Row, { maxItems: 1000 }),
  }),
  'inventory.history': Type.Object({
    className: Type.String({ maxLength: 64 }),
    periods: Type.Array(
      Type.Object({
        from: Time,
        to: Time,
        rowCount: Type.Integer({ minimum: 0 }),
        collectedAt: Time,
        hash: Type.String({ maxLength: 64 }),
      }),
      { maxItems: 200 },
    ),
  }),
  'inventory.difference': Type.Object({
    className: Type.String({ maxLength: 64 }),
    from: Time,
    to: Type.Union([Time, Type.Null()]),
    added: Type.Integer({ minimum: 0 }),
    removed: Type.Integer({ minimum: 0 }),
    changed: Type.Integer({ minimum: 0 }),
    maskedColumns: Type.Optional(ColumnNames),
    changes: Type.Array(
      Type.Object({
        kind: Type.Union([Type.Literal('added'), Type.Literal('removed'), Type.Literal('changed')]),
        columns: ColumnNames,
        before: Type.Union([Row, Type.Null()]),
        after: Type.Union([Row, Type.Null()]),
      }),
      { maxItems: 200 },
    ),
  }),
  'inventory.refresh': Type.Object({ receivedAt: Time }),
  'connector.probe': Type.Object({
    /** From the request's arrival to its answer, at the site. */
    tookMs: Type.Integer({ minimum: 0 }),
    report: SiteReport,
  }),
  'connector.checkEndpoints': Type.Object({ report: SiteReport }),
  'connector.rotateCertificate': Type.Object({ renewAfter: Time }),
  'connector.resync': Type.Object({ report: SiteReport }),
  'connector.pauseUpload': Type.Object({ report: SiteReport }),
} as const;

/** Tenant → site. `hello` is first: the cursor that the tenant holds for the epoch. since 1 */
export const DownMessage = Type.Union([
  Type.Object({ type: Type.Literal('hello'), epoch: Type.String(), cursor: Type.String() }),
  Type.Object({
    type: Type.Literal('relay'),
    id: Type.String({ maxLength: 64 }),
    jws: Type.String(),
  }),
]);
export type DownMessage = Static<typeof DownMessage>;

/** Site → tenant. `hello` is first. since 1 */
export const UpMessage = Type.Union([
  Type.Object({
    type: Type.Literal('hello'),
    protocol: Type.Integer({ minimum: 1 }),
    epoch: Type.String({ maxLength: 64 }),
    siteName: Type.String({ maxLength: 64 }),
    siteVersion: Type.String({ maxLength: 64 }),
    /** Names the running program, not its data: two that are not equal are two servers. since 2 */
    instance: Type.Optional(Type.String({ maxLength: 64 })),
    /** What the site's upload settings say that the tenant must know; a site that does not say uploads all. */
    upload: Type.Optional(
      Type.Object({
        permissions: Type.Enum([...UPLOAD_PERMISSIONS]),
        /** Those that leave the site. */
        categories: Type.Array(Type.Enum([...UPLOAD_CATEGORIES]), { maxItems: 16 }),
      }),
    ),
  }),
  Type.Object({
    type: Type.Literal('relayResult'),
    id: Type.String({ maxLength: 64 }),
    result: Type.Union([
      Type.Object({ ok: Type.Literal(true), value: Type.Unknown() }),
      Type.Object({
        ok: Type.Literal(false),
        code: Type.String({ maxLength: 128 }),
        status: Type.Integer({ minimum: 400, maximum: 599 }),
        message: Type.String({ maxLength: 2000 }),
      }),
    ]),
  }),
]);
export type UpMessage = Static<typeof UpMessage>;
