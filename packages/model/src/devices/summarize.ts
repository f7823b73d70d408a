import type { InventoryRow } from '../inventory/inventory-class.ts';
import type {
  Architecture,
  ChassisType,
  DeviceSummary,
  SummaryClass,
  SummarySource,
} from './device-summary.ts';

const ARCHITECTURES: readonly Architecture[] = ['x86', 'x64', 'arm', 'arM64'];
const CHASSIS_TYPES: readonly ChassisType[] = [
  'desktop',
  'laptop',
  'enterpriseServer',
  'tablet',
  'phone',
];

/**
 * What a list shows of a device, from the latest rows of the summary's classes. Pure and total: a row that
 * is not of its class, or a class that is absent, gives null (or `unknown`), never an error.
 */
export function summarize(source: SummarySource): DeviceSummary {
  const device = firstRow(source, 'Device');
  const os = firstRow(source, 'OS');
  const computer = firstRow(source, 'ComputerSystem');
  const bios = firstRow(source, 'Bios');
  const memory = firstRow(source, 'Memory');
  const disks = distinctDisks(rowsOf(source, 'LogicalDisk'));
  const adapters = rowsOf(source, 'NetworkAdapter');
  return {
    name: text(device, 'Name'),
    operatingSystem: text(os, 'Name') ?? text(os, 'Caption'),
    osVersion: text(os, 'Version') ?? text(os, 'BuildNumber'),
    manufacturer: text(computer, 'Manufacturer'),
    model: text(computer, 'Model'),
    serialNumber: text(bios, 'SerialNumber'),
    architecture: oneOf(ARCHITECTURES, text(os, 'OSArchitecture')),
    chassisType: oneOf(CHASSIS_TYPES, text(computer, 'ChassisType')),
    physicalMemoryBytes:
      amount(memory, 'TotalPhysicalMemory') ?? amount(computer, 'TotalPhysicalMemory'),
    totalStorageBytes: sum(disks, 'Size'),
    freeStorageBytes: sum(disks, 'FreeSpace'),
    ethernetMacAddress: macAddress(adapters, 'ethernet'),
    wifiMacAddress: macAddress(adapters, 'wifi'),
  };
}

function rowsOf(source: SummarySource, className: SummaryClass): readonly InventoryRow[] {
  const rows: unknown = source[className];
  if (!Array.isArray(rows)) return [];
  return rows.filter(
    (row: unknown): row is InventoryRow => row !== null && typeof row === 'object',
  );
}

function firstRow(source: SummarySource, className: SummaryClass): InventoryRow | undefined {
  return rowsOf(source, className)[0];
}

function text(row: InventoryRow | undefined, column: string): string | null {
  const value: unknown = row?.[column];
  return typeof value === 'string' && value !== '' ? value : null;
}

function amount(row: InventoryRow | undefined, column: string): number | null {
  const value: unknown = row?.[column];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function oneOf<T extends string>(known: readonly T[], value: string | null): T | 'unknown' {
  return known.find((candidate) => candidate === value) ?? 'unknown';
}

// The same file system may be mounted at several places; its space counts once.
function distinctDisks(rows: readonly InventoryRow[]): readonly InventoryRow[] {
  const byDevice = new Map<string, InventoryRow>();
  for (const row of rows) {
    const device = text(row, 'DeviceID') ?? `at ${text(row, 'Name') ?? byDevice.size}`;
    if (!byDevice.has(device)) byDevice.set(device, row);
  }
  return [...byDevice.values()];
}

function sum(rows: readonly InventoryRow[], column: string): number | null {
  let total: number | null = null;
  for (const row of rows) {
    const value = amount(row, column);
    if (value !== null) total = (total ?? 0) + value;
  }
  return total !== null && Number.isSafeInteger(total) ? total : null;
}

// A real adapter before a virtual one, one with a link before one without, then by name: the same answer each time.
function macAddress(adapters: readonly InventoryRow[], type: string): string | null {
  const rank = (row: InventoryRow): number =>
    (row.PhysicalAdapter === true ? 0 : 2) + (row.Status === 'up' ? 0 : 1);
  const name = (row: InventoryRow): string => text(row, 'Name') ?? '';
  const candidates = adapters
    .filter((row) => row.AdapterType === type && text(row, 'MACAddress') !== null)
    .sort((a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
  return text(candidates[0], 'MACAddress');
}
