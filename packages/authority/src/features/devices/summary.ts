import type { DeviceSummary } from '@moorline/model';
import type { SUMMARY_COLUMNS } from './tables.ts';

const TEXT_LENGTH = 255;
const ADDRESS_LENGTH = 64;

/** The summary's columns, cut to what a row holds; null stays null. */
export function summaryRow(
  summary: DeviceSummary,
): Readonly<Record<string, string | number | null>> {
  return {
    name: clip(summary.name, TEXT_LENGTH),
    operating_system: clip(summary.operatingSystem, TEXT_LENGTH),
    os_version: clip(summary.osVersion, TEXT_LENGTH),
    manufacturer: clip(summary.manufacturer, TEXT_LENGTH),
    model: clip(summary.model, TEXT_LENGTH),
    serial_number: clip(summary.serialNumber, TEXT_LENGTH),
    architecture: summary.architecture,
    chassis_type: summary.chassisType,
    physical_memory_bytes: summary.physicalMemoryBytes,
    total_storage_bytes: summary.totalStorageBytes,
    free_storage_bytes: summary.freeStorageBytes,
    ethernet_mac_address: clip(summary.ethernetMacAddress, ADDRESS_LENGTH),
    wifi_mac_address: clip(summary.wifiMacAddress, ADDRESS_LENGTH),
  };
}

/** The column that holds each field. */
export const SUMMARY_COLUMN: Readonly<
  Record<keyof DeviceSummary, (typeof SUMMARY_COLUMNS)[number]>
> = {
  name: 'name',
  operatingSystem: 'operating_system',
  osVersion: 'os_version',
  manufacturer: 'manufacturer',
  model: 'model',
  serialNumber: 'serial_number',
  architecture: 'architecture',
  chassisType: 'chassis_type',
  physicalMemoryBytes: 'physical_memory_bytes',
  totalStorageBytes: 'total_storage_bytes',
  freeStorageBytes: 'free_storage_bytes',
  ethernetMacAddress: 'ethernet_mac_address',
  wifiMacAddress: 'wifi_mac_address',
};

/** Types of the summary's columns, for a recordset. */
export const SUMMARY_TYPES = {
  name: 'text',
  operating_system: 'text',
  os_version: 'text',
  manufacturer: 'text',
  model: 'text',
  serial_number: 'text',
  architecture: 'text',
  chassis_type: 'text',
  physical_memory_bytes: 'bigint',
  total_storage_bytes: 'bigint',
  free_storage_bytes: 'bigint',
  ethernet_mac_address: 'text',
  wifi_mac_address: 'text',
} as const;

function clip(text: string | null, length: number): string | null {
  return text === null ? null : keptText(text, length);
}

/** Text of someone else's, cut to what a column holds; one bad character must not fail a whole batch. */
export function keptText(text: string, length: number): string {
  const kept = text.length > length ? text.slice(0, length) : text;
  if (kept.isWellFormed() && !kept.includes('\0')) return kept;
  return kept.toWellFormed().replaceAll('\0', '\ufffd');
}
