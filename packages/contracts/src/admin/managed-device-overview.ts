import { type Static, Type } from 'typebox';
import { ManagedDevice } from './managed-device.ts';

const Count = Type.Integer({ minimum: 0 });
const Text = Type.Union([Type.String(), Type.Null()]);

/**
 * Graph's deviceOperatingSystemSummary (v1.0), and the two counts of its beta that it needs beside them. Each
 * device is in one of android, iOS, macOS, Windows, Windows Mobile, Linux, Chrome OS and unknown;
 * `configMgrDeviceCount` counts across them, and the kinds of Android enrolment do not occur.
 */
export const DeviceOperatingSystemSummary = Type.Object({
  androidCount: Count,
  androidCorporateWorkProfileCount: Count,
  androidDedicatedCount: Count,
  androidDeviceAdminCount: Count,
  androidFullyManagedCount: Count,
  androidWorkProfileCount: Count,
  configMgrDeviceCount: Count,
  iosCount: Count,
  macOSCount: Count,
  unknownCount: Count,
  windowsCount: Count,
  windowsMobileCount: Count,
  linuxCount: Count,
  chromeOSCount: Count,
});
export type DeviceOperatingSystemSummary = Static<typeof DeviceOperatingSystemSummary>;

/**
 * GET managedDeviceOverview: Graph's (v1.0), and ours beside it (last block). All of it is of one moment.
 * Whatever is counted there sums up to `enrolledDeviceCount`, but for `operatingSystems`, which is cut.
 */
export const ManagedDeviceOverview = Type.Object({
  id: Type.String(),
  /** Every device that is known here, attached ones too. */
  enrolledDeviceCount: Count,
  mdmEnrolledCount: Count,
  /** Enrolled with Exchange ActiveSync besides: none. */
  dualEnrolledDeviceCount: Count,
  deviceOperatingSystemSummary: DeviceOperatingSystemSummary,
  deviceExchangeAccessStateSummary: Type.Null(),
  /** Ours. The channel is open now. */
  onlineDeviceCount: Count,
  /** In contact within seven days, as the list's `clientActivity` has it. */
  activeDeviceCount: Count,
  inactiveDeviceCount: Count,
  /** As devices name their system, most devices first, 20 at most; null: not told. */
  operatingSystems: Type.Array(Type.Object({ operatingSystem: Text, deviceCount: Count })),
  managementAgents: Type.Array(
    Type.Object({
      managementAgent: ManagedDevice.properties.managementAgent,
      deviceCount: Count,
    }),
  ),
  /** Through which connector devices came; null: this authority manages them itself. Most devices first. */
  connectors: Type.Array(
    Type.Object({
      connectorId: Text,
      connectorName: Text,
      deviceCount: Count,
      onlineDeviceCount: Count,
      activeDeviceCount: Count,
    }),
  ),
});
export type ManagedDeviceOverview = Static<typeof ManagedDeviceOverview>;
