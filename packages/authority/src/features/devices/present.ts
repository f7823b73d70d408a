import type { ManagedDevice } from '@moorline/contracts/admin';
import { rfc3339 } from '@moorline/kernel';
import type { UploadCategory } from '@moorline/model';
import type { Selectable } from 'kysely';
import type { ManagementAgent } from '../../profile.ts';
import { ACTIVE_WITHIN_MS, complianceOf } from './entity.ts';
import type { DEVICE_COLUMNS, DeviceTables } from './tables.ts';

/** A device's row without the columns that only lists compare by. */
export type DeviceRow = Pick<Selectable<DeviceTables['devices']>, (typeof DEVICE_COLUMNS)[number]>;

export interface Presentation {
  readonly agents: { readonly own: ManagementAgent; readonly attached: ManagementAgent };
  readonly now: number;
  /** Name of the connector that a device came through. */
  originName(origin: string): string;
  /** What of its devices does not come through it. */
  notUploaded(origin: string): readonly UploadCategory[];
}

/** Graph's time for one that is not known. */
const NO_TIME = '0001-01-01T00:00:00Z';

/** The row as Graph's managedDevice. */
export function managedDevice(row: DeviceRow, presentation: Presentation): ManagedDevice {
  const { agents, now, originName } = presentation;
  const managementAgent = row.origin === null ? agents.own : agents.attached;
  const shown: ManagedDevice = {
    id: row.id,
    deviceName: row.name,
    managedDeviceName: row.name,
    operatingSystem: row.operating_system,
    osVersion: row.os_version,
    manufacturer: row.manufacturer,
    model: row.model,
    serialNumber: row.serial_number,
    managementAgent,
    managedDeviceOwnerType: 'company',
    complianceState: complianceOf(managementAgent),
    deviceRegistrationState: 'registered',
    enrolledDateTime: rfc3339(row.enrolled_at.getTime()),
    lastSyncDateTime: rfc3339(row.last_contact_at.getTime()),
    managementCertificateExpirationDate: rfc3339(row.certificate_expires_at.getTime()),
    physicalMemoryInBytes: Number(row.physical_memory_bytes ?? 0),
    totalStorageSpaceInBytes: Number(row.total_storage_bytes ?? 0),
    freeStorageSpaceInBytes: Number(row.free_storage_bytes ?? 0),
    ethernetMacAddress: row.ethernet_mac_address,
    wiFiMacAddress: row.wifi_mac_address,
    processorArchitecture: row.architecture,
    chassisType: row.chassis_type,
    online: row.online,
    clientActivity: now - row.last_contact_at.getTime() <= ACTIVE_WITHIN_MS ? 'active' : 'inactive',
    clientVersion: row.client_version,
    connectorId: row.origin,
    connectorName: row.origin === null ? null : originName(row.origin),
    notUploaded: null,
  };
  const kept = row.origin === null ? [] : presentation.notUploaded(row.origin);
  return kept.length === 0 ? shown : withoutCategories(shown, kept);
}

/** What was uploaded once, and what stands for a value, is no value. */
function withoutCategories(device: ManagedDevice, kept: readonly UploadCategory[]): ManagedDevice {
  return {
    ...device,
    ...(kept.includes('operatingSystem') && { operatingSystem: null, osVersion: null }),
    ...(kept.includes('hardware') && {
      manufacturer: null,
      model: null,
      serialNumber: null,
      processorArchitecture: 'unknown' as const,
      chassisType: 'unknown' as const,
      physicalMemoryInBytes: 0,
      totalStorageSpaceInBytes: 0,
      freeStorageSpaceInBytes: 0,
      ethernetMacAddress: null,
      wiFiMacAddress: null,
    }),
    ...(kept.includes('health') && {
      online: null,
      clientActivity: 'unknown' as const,
      lastSyncDateTime: NO_TIME,
      clientVersion: null,
      managementCertificateExpirationDate: NO_TIME,
    }),
    notUploaded: kept.join(','),
  };
}
