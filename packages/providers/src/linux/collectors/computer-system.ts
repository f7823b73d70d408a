import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { readProcessors } from '../processors.ts';
import type { FoundRow } from '../rows.ts';
import { deviceTreeText, firmwareText } from './firmware-text.ts';
import { readMemoryBytes } from './memory.ts';

/** Enclosure types by number. @spec DMTF DSP0134 (SMBIOS) §7.4.1 */
const CHASSIS: readonly (readonly [string, readonly number[]])[] = [
  ['desktop', [3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36]],
  ['laptop', [8, 9, 10, 14, 31, 32]],
  ['tablet', [30]],
  ['enterpriseServer', [17, 23, 25, 28, 29]],
];

export function* collectComputerSystem({ files }: Host): Iterable<FoundRow> {
  const processors = readProcessors(files);
  yield {
    Manufacturer: firmwareText(files, 'sys_vendor') ?? firmwareText(files, 'board_vendor'),
    Model:
      firmwareText(files, 'product_name') ??
      firmwareText(files, 'board_name') ??
      deviceTreeText(files, 'model'),
    SystemFamily: firmwareText(files, 'product_family'),
    SystemSKUNumber: firmwareText(files, 'product_sku'),
    UUID: files.line('/sys/class/dmi/id/product_uuid'),
    ChassisType: chassisType(files.number('/sys/class/dmi/id/chassis_type')),
    HypervisorPresent: hypervisorPresent(files, processors.flags),
    NumberOfProcessors: processors.packages.length || null,
    NumberOfLogicalProcessors: processors.threads || null,
    TotalPhysicalMemory: readMemoryBytes(files).physical,
  };
}

function chassisType(number: number | null): string {
  return (
    CHASSIS.find(([, numbers]) => number !== null && numbers.includes(number))?.[0] ?? 'unknown'
  );
}

// Only x86 says "no hypervisor" by the absence of a flag; elsewhere absence says nothing.
function hypervisorPresent(files: FileTree, flags: ReadonlySet<string>): boolean | null {
  if (flags.has('hypervisor') || files.line('/sys/hypervisor/type') !== null) return true;
  return flags.has('fpu') ? false : null;
}
