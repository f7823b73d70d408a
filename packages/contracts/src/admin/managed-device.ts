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
  online: Type.Boolean(),
  clientActivity: Type.Enum(['active', 'inactive']),
  clientVersion: Text,
  /** The connector it came through, or null when this authority manages it itself. */
  connectorId: Text,
  connectorName: Text,
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

/** GET managedDevices/{id}/inventory/{className}?$skip&$top (default 100, at most 1,000) */
export const InventoryDocumentAnswer = Type.Object({
  className: Type.String(),
  collectedAt: Type.String(),
  receivedAt: Type.String(),
  rowCount: Type.Integer(),
  rows: Type.Array(Type.Record(Type.String(), Type.Unknown())),
});
export type InventoryDocumentAnswer = Static<typeof InventoryDocumentAnswer>;

/** GET inventoryClasses: the catalogue, as `model` declares it. */
export const InventoryClassAnswer = Type.Object({
  name: Type.String(),
  description: Type.String(),
  key: Type.Array(Type.String()),
  platforms: Type.Array(Type.String()),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      unit: Type.Optional(Type.String()),
      description: Type.String(),
    }),
  ),
});
export type InventoryClassAnswer = Static<typeof InventoryClassAnswer>;
