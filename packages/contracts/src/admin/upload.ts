import { UPLOAD_CATEGORIES, UPLOAD_PERMISSIONS } from '@moorline/model';
import { type Static, Type } from 'typebox';

const Text = Type.Union([Type.String(), Type.Null()]);
const Count = Type.Integer({ minimum: 0 });
const CollectionIds = Type.Array(Type.String({ maxLength: 64 }), { maxItems: 50 });
/** `HH:MM`, on the site's own clock. */
const TimeOfDay = Type.String({ pattern: '^(?:[01]\\d|2[0-3]):[0-5]\\d$' });

/** Which devices are uploaded: all of the site's own, or those in any of the collections; never an excluded one. */
export const UploadScope = Type.Object(
  {
    devices: Type.Enum(['all', 'collections']),
    /** Empty when `devices` is `all`; at least one otherwise. */
    collectionIds: CollectionIds,
    excludedCollectionIds: CollectionIds,
  },
  { additionalProperties: false },
);
export type UploadScope = Static<typeof UploadScope>;

/** What of a device leaves beside its identity (id, name, enrolment), which always does. */
export const UploadCategories = Type.Object(
  {
    /** Manufacturer, model, serial number, architecture, chassis, memory, storage, network addresses. */
    hardware: Type.Boolean(),
    /** Name and version of the operating system. */
    operatingSystem: Type.Boolean(),
    /** Online, last contact, client version, end of the certificate. */
    health: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type UploadCategories = Static<typeof UploadCategories>;

/**
 * GET, PATCH cloudAttach/uploadSettings, at a site, with ETag and If-Match: what leaves it, when, and whose permissions
 * decide. They are there before the site is attached, and stay when it is detached.
 */
export const UploadSettings = Type.Object(
  {
    scope: UploadScope,
    categories: UploadCategories,
    /** 0: as changes come. Otherwise what has changed is uploaded so often. Progress of actions never waits. */
    intervalMinutes: Type.Integer({ minimum: 0, maximum: 1440 }),
    /** Null: no limit. Units of 1,000 bytes, as they go over the wire. */
    bandwidthKilobytesPerSecond: Type.Union([
      Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      Type.Null(),
    ]),
    /** Null: at all hours. `from` after `to` goes over midnight. */
    hours: Type.Union([
      Type.Object({ from: TimeOfDay, to: TimeOfDay }, { additionalProperties: false }),
      Type.Null(),
    ]),
    paused: Type.Boolean(),
    /** Whose permissions decide about actions and live reads from the tenant. */
    permissions: Type.Enum([...UPLOAD_PERMISSIONS]),
  },
  { additionalProperties: false },
);
export type UploadSettings = Static<typeof UploadSettings>;

/** PATCH cloudAttach/uploadSettings: what is left out stays. `scope` and `categories` are given whole. */
export const UpdateUploadSettings = Type.Partial(UploadSettings, { additionalProperties: false });
export type UpdateUploadSettings = Static<typeof UpdateUploadSettings>;

/** POST cloudAttach/uploadSettings/preview: with these settings instead of the stored ones. */
export const PreviewUpload = Type.Partial(Type.Pick(UploadSettings, ['scope', 'categories']), {
  additionalProperties: false,
});
export type PreviewUpload = Static<typeof PreviewUpload>;

/** Exactly what would leave. Nothing is stored. */
export const UploadPreview = Type.Object({
  devicesInScope: Count,
  /** Devices of this site that would stay here. */
  devicesExcluded: Count,
  /** Every column of an uploaded device, in the order in which they leave. */
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      category: Type.Enum(['identity', ...UPLOAD_CATEGORIES]),
      /** False: null leaves in its place. */
      isUploaded: Type.Boolean(),
    }),
  ),
  /** The first devices in scope, by id: the values in the order of `columns`, as they would leave. */
  rows: Type.Array(
    Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
    { maxItems: 20 },
  ),
});
export type UploadPreview = Static<typeof UploadPreview>;

/** POST cloudAttach/plan: what attaching with these choices would do; nothing is done, and no token is spent. */
export const PlanAttach = Type.Object(
  {
    joinToken: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    uploadSettings: Type.Optional(UpdateUploadSettings),
  },
  { additionalProperties: false },
);
export type PlanAttach = Static<typeof PlanAttach>;

export const AttachPlan = Type.Object({
  tenantName: Text,
  tenantUrl: Text,
  /** Nothing would change on either side. */
  isUpToDate: Type.Boolean(),
  changes: Type.Array(
    Type.Object({
      /** `uploadSettings`, `key`, `connector`, `certificate`, `linkedAdministrator`, `uplink`, `devices`. */
      id: Type.String(),
      side: Type.Enum(['site', 'tenant']),
      change: Type.Enum(['create', 'update', 'keep']),
      title: Type.String(),
      /** One sentence: what exactly, from what to what. */
      detail: Type.String(),
    }),
  ),
});
export type AttachPlan = Static<typeof AttachPlan>;

/** GET cloudAttach/upload: how the upload goes. POST cloudAttach/upload/resync answers it too. */
export const UploadState = Type.Object({
  phase: Type.Enum([
    'notAttached',
    'notConnected',
    'paused',
    'outsideHours',
    /** For the next run of a fixed interval. */
    'waiting',
    'uploading',
    'upToDate',
  ]),
  /** One sentence: why it is in that phase. */
  reason: Type.String(),
  /** Age of the oldest change that the tenant has not acknowledged; 0 when it has all. */
  lagSeconds: Count,
  /** Changes that the tenant has not acknowledged. */
  lagRows: Count,
  /** Everything up to here is acknowledged. */
  cursor: Type.String(),
  lastAckDateTime: Text,
  /** When the next batch may leave; null: as soon as there is something. */
  nextRunDateTime: Text,
  /** When everything in scope was last sent and acknowledged from the first device to the last. */
  lastFullSyncDateTime: Text,
  devicesInScope: Count,
  /** Devices of this site that stay here. */
  devicesExcluded: Count,
  /** Newest first, the last ten. */
  batches: Type.Array(
    Type.Object({
      acknowledgedDateTime: Type.String(),
      records: Count,
      /** Compressed, as it left. */
      sizeBytes: Count,
      durationMs: Count,
      cursor: Type.String(),
    }),
  ),
  /** Whether site and tenant hold the same, by digests of buckets of devices. */
  digest: Type.Object({
    /** `repairing`: differing devices are on their way again; `disagrees`: they still differed after repair. */
    state: Type.Enum(['notCompared', 'agrees', 'repairing', 'disagrees']),
    comparedDateTime: Text,
    /** Since when it is not `agrees`; null while it is, or was never compared. */
    disagreesSinceDateTime: Text,
    /** Devices that differed when last compared. */
    differingDevices: Count,
    /** Buckets compared, and those left out because their devices were changing. */
    buckets: Count,
    skippedBuckets: Count,
  }),
  /** Why the last batch did not get through; null when it did. */
  problem: Text,
});
export type UploadState = Static<typeof UploadState>;

/** POST cloudAttach/upload/resync: compares digests with the tenant and repairs; answers when compared. */
export const ResyncUpload = Type.Object(
  {
    /** Sends everything in scope again, whether it differs or not. */
    full: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ResyncUpload = Static<typeof ResyncUpload>;
