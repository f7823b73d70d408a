import type { InventoryRow } from '@moorline/model';
import { userRows } from './accounts.ts';
import type { RowContext, Rows } from './context.ts';
import { ipConfigRows, networkAdapterRows } from './network.ts';
import { processRows, serviceRows } from './services.ts';
import { installedSoftwareRows } from './software.ts';
import { logicalDiskRows, physicalDiskRows } from './storage.ts';
import {
  biosRows,
  computerSystemRows,
  deviceRows,
  memoryRows,
  osRows,
  processorRows,
} from './system.ts';

const ROWS: Readonly<Record<string, Rows>> = {
  Device: deviceRows,
  OS: osRows,
  ComputerSystem: computerSystemRows,
  Bios: biosRows,
  Processor: processorRows,
  Memory: memoryRows,
  PhysicalDisk: physicalDiskRows,
  LogicalDisk: logicalDiskRows,
  NetworkAdapter: networkAdapterRows,
  IPConfig: ipConfigRows,
  InstalledSoftware: installedSoftwareRows,
  Service: serviceRows,
  Process: processRows,
  User: userRows,
};

/** Classes that simulated devices can report: those of the catalogue that make up most of an inventory's load. */
export const SIMULATED_CLASSES: readonly string[] = Object.keys(ROWS);

export function rowsOf(context: RowContext, className: string): readonly InventoryRow[] {
  return ROWS[className]?.(context) ?? [];
}
