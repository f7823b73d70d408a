import { biosClass } from './classes/bios.ts';
import {
  baseBoardClass,
  batteryClass,
  physicalMemoryClass,
  pnpDeviceClass,
  systemBootDataClass,
  systemEnclosureClass,
  timeZoneClass,
  tpmClass,
  usbDeviceClass,
  videoControllerClass,
} from './classes/board.ts';
import { clientActionClass } from './classes/client-action.ts';
import { computerSystemClass } from './classes/computer-system.ts';
import { deviceClass } from './classes/device.ts';
import { installedSoftwareClass } from './classes/installed-software.ts';
import { ipConfigClass } from './classes/ip-config.ts';
import { logicalDiskClass } from './classes/logical-disk.ts';
import { memoryClass } from './classes/memory.ts';
import { networkAdapterClass } from './classes/network-adapter.ts';
import {
  connectionClass,
  fileShareClass,
  networkRouteClass,
  printerClass,
  sshConfigurationClass,
} from './classes/networking.ts';
import { osClass } from './classes/os.ts';
import { physicalDiskClass } from './classes/physical-disk.ts';
import { processClass } from './classes/process.ts';
import { processorClass } from './classes/processor.ts';
import {
  administratorsClass,
  autoStartSoftwareClass,
  environmentClass,
  epStatusClass,
  kernelModuleClass,
  loggedOnUserClass,
  scheduledTaskClass,
  sysctlClass,
} from './classes/security.ts';
import { serviceClass } from './classes/service.ts';
import {
  packageRepositoryClass,
  softwareUpdateClass,
  virtualMachineClass,
} from './classes/software-sources.ts';
import { diskEncryptionClass, partitionClass, volumeClass } from './classes/storage.ts';
import { userClass } from './classes/user.ts';
import type { InventoryClass } from './inventory-class.ts';

/** Every class there is, in the order in which the explorer shows them. */
export const INVENTORY_CLASSES: readonly InventoryClass[] = [
  deviceClass,
  osClass,
  computerSystemClass,
  biosClass,
  processorClass,
  memoryClass,
  physicalDiskClass,
  logicalDiskClass,
  networkAdapterClass,
  ipConfigClass,
  installedSoftwareClass,
  serviceClass,
  processClass,
  userClass,
  clientActionClass,
  systemBootDataClass,
  timeZoneClass,
  environmentClass,
  scheduledTaskClass,
  autoStartSoftwareClass,
  kernelModuleClass,
  virtualMachineClass,
  baseBoardClass,
  systemEnclosureClass,
  physicalMemoryClass,
  batteryClass,
  pnpDeviceClass,
  usbDeviceClass,
  videoControllerClass,
  printerClass,
  partitionClass,
  volumeClass,
  networkRouteClass,
  connectionClass,
  fileShareClass,
  softwareUpdateClass,
  packageRepositoryClass,
  diskEncryptionClass,
  epStatusClass,
  tpmClass,
  sshConfigurationClass,
  sysctlClass,
  administratorsClass,
  loggedOnUserClass,
];

const BY_NAME: ReadonlyMap<string, InventoryClass> = new Map(
  INVENTORY_CLASSES.map((inventoryClass) => [inventoryClass.name, inventoryClass]),
);

/** The class of that exact name, or undefined; names come from devices and administrators. */
export function inventoryClass(name: string): InventoryClass | undefined {
  return BY_NAME.get(name);
}
