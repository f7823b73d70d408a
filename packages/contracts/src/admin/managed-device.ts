import { type Static, Type } from 'typebox';

const Text = Type.Union([Type.String(), Type.Null()]);

/**
 * Graph's managedDevice (v1.0) as far as it is served, and ours beside it (prefix-free, last block).
 * `$select` narrows it. Sizes are bytes; 0 is Graph's "not known".
 */
export const ManagedDevice = Type.Object({
  id: Type.String(),
  deviceName: Text,
  managedDeviceName: Text,
  operatingSystem: Text,
  osVersion: Text,
  manufacturer: Text,
  model: Text,
  serialNumber: Text,
  managementAgent: Type.Enum([
    'configurationManagerClient',
    'mdm',
    'configurationManagerClientMdm',
  ]),
  managedDeviceOwnerType: Type.Literal('company'),
  complianceState: Type.Enum(['unknown', 'configManager']),
  deviceRegistrationState: Type.Literal('registered'),
  enrolledDateTime: Type.String(),
  lastSyncDateTime: Type.String(),
  managementCertificateExpirationDate: Type.String(),
  physicalMemoryInBytes: Type.Integer(),
  totalStorageSpaceInBytes: Type.Integer(),
  freeStorageSpaceInBytes: Type.Integer(),
  ethernetMacAddress: Text,
  wiFiMacAddress: Text,
  /** Ours. Graph beta's processorArchitecture and chassisType; the channel; who manages it. */
  processorArchitecture: Type.Enum(['unknown', 'x86', 'x64', 'arm', 'arM64']),
  chassisType: Type.Enum(['unknown', 'desktop', 'laptop', 'enterpriseServer', 'tablet', 'phone']),
  /** Null: not uploaded. */
  online: Type.Union([Type.Boolean(), Type.Null()]),
  clientActivity: Type.Enum(['active', 'inactive', 'unknown']),
  clientVersion: Text,
  /** The connector it came through, or null when this authority manages it itself. */
  connectorId: Text,
  connectorName: Text,
  /**
   * Categories that its site does not upload, divided by commas; null: it uploads all. What is of them is null, 0,
   * `unknown` or the year 1, and never what it was once.
   */
  notUploaded: Text,
});
export type ManagedDevice = Static<typeof ManagedDevice>;

export const TriggerActionBody = Type.Object(
  {
    configurationManagerAction: Type.Object(
      { '@odata.type': Type.Optional(Type.String()), action: Type.String({ maxLength: 64 }) },
      { additionalProperties: false },
    ),
    /** Ours. RFC 3339: when it expires if its device has not fetched it; absent: the authority's default from now. */
    expirationDateTime: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
);
export type TriggerActionBody = Static<typeof TriggerActionBody>;

/** GET managedDevices/{id}/inventory */
export const InventoryOverviewAnswer = Type.Object({
  value: Type.Array(
    Type.Object({
      className: Type.String(),
      rowCount: Type.Integer(),
      collectedAt: Type.String(),
      receivedAt: Type.String(),
      hash: Type.String(),
    }),
  ),
});
export type InventoryOverviewAnswer = Static<typeof InventoryOverviewAnswer>;

const Rows = Type.Record(Type.String(), Type.Unknown());

/**
 * GET managedDevices/{id}/inventory/{className}?$skip&$top&$orderby&day ($top 100 unless given, at most 1,000; `day` is
 * `YYYY-MM-DD`: as it stood at the end of that day, UTC)
 */
export const InventoryDocumentAnswer = Type.Object({
  className: Type.String(),
  collectedAt: Type.String(),
  receivedAt: Type.String(),
  rowCount: Type.Integer(),
  hash: Type.Optional(Type.String()),
  /** Sensitive columns that the reader may not see: null in every row. Absent: none. */
  maskedColumns: Type.Optional(Type.Array(Type.String())),
  rows: Type.Array(Rows),
});
export type InventoryDocumentAnswer = Static<typeof InventoryDocumentAnswer>;

/** GET managedDevices/{id}/inventory/{className}/history: how it was on the days that are kept, the present first. */
export const InventoryHistoryAnswer = Type.Object({
  value: Type.Array(
    Type.Object({
      from: Type.String(),
      to: Type.String(),
      rowCount: Type.Integer(),
      collectedAt: Type.String(),
      hash: Type.String(),
    }),
  ),
});
export type InventoryHistoryAnswer = Static<typeof InventoryHistoryAnswer>;

/** GET managedDevices/{id}/inventory/{className}/difference?from=DAY&to=DAY&$skip&$top; without `to`: until now. */
export const InventoryDifferenceAnswer = Type.Object({
  className: Type.String(),
  from: Type.String(),
  to: Type.Union([Type.String(), Type.Null()]),
  added: Type.Integer(),
  removed: Type.Integer(),
  changed: Type.Integer(),
  maskedColumns: Type.Optional(Type.Array(Type.String())),
  changes: Type.Array(
    Type.Object({
      kind: Type.Enum(['added', 'removed', 'changed']),
      columns: Type.Array(Type.String()),
      before: Type.Union([Rows, Type.Null()]),
      after: Type.Union([Rows, Type.Null()]),
    }),
  ),
});
export type InventoryDifferenceAnswer = Static<typeof InventoryDifferenceAnswer>;

/** POST managedDevices/{id}/inventory/{className}/refresh: when what the device answered was stored. */
export const InventoryRefreshAnswer = Type.Object({ receivedAt: Type.String() });
export type InventoryRefreshAnswer = Static<typeof InventoryRefreshAnswer>;

/** GET inventoryClasses: the catalogue, as `model` declares it. */
export const InventoryClassAnswer = Type.Object({
  name: Type.String(),
  description: Type.String(),
  category: Type.String(),
  key: Type.Array(Type.String()),
  platforms: Type.Array(Type.String()),
  /** `cycle`: collected in each inventory cycle; `day`: in the first one after a day. */
  cadence: Type.String(),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      unit: Type.Optional(Type.String()),
      description: Type.String(),
      isSensitive: Type.Optional(Type.Boolean()),
    }),
  ),
});
export type InventoryClassAnswer = Static<typeof InventoryClassAnswer>;
