import type { InventoryRow } from '../inventory/inventory-class.ts';

export type Architecture = 'unknown' | 'x86' | 'x64' | 'arm' | 'arM64';
export type ChassisType =
  | 'unknown'
  | 'desktop'
  | 'laptop'
  | 'enterpriseServer'
  | 'tablet'
  | 'phone';

/** What a list shows of a device: derived from its inventory, never typed in. Null is "not known". */
export interface DeviceSummary {
  readonly name: string | null;
  readonly operatingSystem: string | null;
  readonly osVersion: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly architecture: Architecture;
  readonly chassisType: ChassisType;
  readonly physicalMemoryBytes: number | null;
  readonly totalStorageBytes: number | null;
  readonly freeStorageBytes: number | null;
  readonly ethernetMacAddress: string | null;
  readonly wifiMacAddress: string | null;
}

/** Classes that the summary is made from; a change of any other class leaves it alone. */
export const SUMMARY_CLASSES = [
  'Device',
  'OS',
  'ComputerSystem',
  'Bios',
  'Memory',
  'LogicalDisk',
  'NetworkAdapter',
] as const;
export type SummaryClass = (typeof SUMMARY_CLASSES)[number];

/** Rows of the latest documents by class; a class that was never reported is absent. */
export type SummarySource = Partial<Readonly<Record<SummaryClass, readonly InventoryRow[]>>>;

/** What each class has a say in: a change of the class changes no other field. */
export const SUMMARY_FIELDS: Readonly<Record<SummaryClass, readonly (keyof DeviceSummary)[]>> = {
  Device: ['name'],
  OS: ['operatingSystem', 'osVersion', 'architecture'],
  ComputerSystem: ['manufacturer', 'model', 'chassisType', 'physicalMemoryBytes'],
  Bios: ['serialNumber'],
  Memory: ['physicalMemoryBytes'],
  LogicalDisk: ['totalStorageBytes', 'freeStorageBytes'],
  NetworkAdapter: ['ethernetMacAddress', 'wifiMacAddress'],
};
