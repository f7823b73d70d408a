import type { DeviceField } from '@moorline/admin-client';
import type { ManagedDevice } from '@moorline/contracts/admin';
import type { UploadCategory } from '@moorline/model';

/** In the place of what a device's site does not upload. */
export const NOT_UPLOADED = 'Not uploaded';

const CATEGORIES: Readonly<Partial<Record<DeviceField, UploadCategory>>> = {
  operatingSystem: 'operatingSystem',
  osVersion: 'operatingSystem',
  manufacturer: 'hardware',
  model: 'hardware',
  serialNumber: 'hardware',
  processorArchitecture: 'hardware',
  chassisType: 'hardware',
  physicalMemoryInBytes: 'hardware',
  totalStorageSpaceInBytes: 'hardware',
  freeStorageSpaceInBytes: 'hardware',
  ethernetMacAddress: 'hardware',
  wiFiMacAddress: 'hardware',
  online: 'health',
  clientActivity: 'health',
  lastSyncDateTime: 'health',
  clientVersion: 'health',
  managementCertificateExpirationDate: 'health',
};

/** Whether the device's site uploads what the field says. */
export function isUploaded(device: ManagedDevice, field: DeviceField): boolean {
  const category = CATEGORIES[field];
  // A list that asks for other columns has none of this.
  const kept: string | null | undefined = device.notUploaded;
  return !kept || category === undefined || !kept.split(',').includes(category);
}
