import type { PlantedDevice } from '../world/device-rows.ts';

/** A property of the list as the documentation has it, and the value that a planted device has there. */
export interface ListProperty {
  readonly kind: 'text' | 'member' | 'id' | 'number' | 'time' | 'boolean';
  readonly isFilterable: boolean;
  readonly isSortable: boolean;
  read(device: PlantedDevice): string | number | boolean | null;
}

const ACTIVE_MS = 7 * 24 * 3_600_000;

function property(
  kind: ListProperty['kind'],
  uses: 'filter' | 'filter and sort',
  read: ListProperty['read'],
): ListProperty {
  return { kind, isFilterable: true, isSortable: uses === 'filter and sort', read };
}

/**
 * What `docs/api` says of managedDevices, written down a second time: what is counted here is compared with what
 * the host counts. That no documented property is missing is asked of the host itself.
 */
export function listProperties(now: number): Readonly<Record<string, ListProperty>> {
  const both = 'filter and sort';
  return {
    id: property('id', both, (device) => device.id),
    deviceName: property('text', both, (device) => device.name),
    managedDeviceName: property('text', both, (device) => device.name),
    operatingSystem: property('text', both, (device) => device.operatingSystem),
    osVersion: property('text', both, (device) => device.osVersion),
    manufacturer: property('text', both, (device) => device.manufacturer),
    model: property('text', both, (device) => device.model),
    serialNumber: property('text', both, (device) => device.serialNumber),
    managementAgent: property('member', 'filter', () => 'configurationManagerClient'),
    complianceState: property('member', 'filter', () => 'configManager'),
    enrolledDateTime: property('time', both, (device) => device.enrolledAt),
    lastSyncDateTime: property('time', both, (device) => device.lastContactAt),
    managementCertificateExpirationDate: property(
      'time',
      both,
      (device) => device.certificateExpiresAt,
    ),
    physicalMemoryInBytes: property('number', both, (device) => device.physicalMemoryBytes),
    totalStorageSpaceInBytes: property('number', both, (device) => device.totalStorageBytes),
    freeStorageSpaceInBytes: property('number', both, (device) => device.freeStorageBytes),
    ethernetMacAddress: property('text', 'filter', (device) => device.ethernetMacAddress),
    wiFiMacAddress: property('text', 'filter', (device) => device.wifiMacAddress),
    processorArchitecture: property('member', 'filter', (device) => device.architecture),
    chassisType: property('member', 'filter', (device) => device.chassisType),
    online: property('boolean', both, (device) => device.online),
    clientActivity: property('member', 'filter', (device) =>
      now - device.lastContactAt <= ACTIVE_MS ? 'active' : 'inactive',
    ),
    clientVersion: property('text', both, (device) => device.clientVersion),
    connectorId: property('id', 'filter', () => null),
  };
}
