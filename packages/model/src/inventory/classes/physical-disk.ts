import type { InventoryClass } from '../inventory-class.ts';

export const physicalDiskClass: InventoryClass = {
  name: 'PhysicalDisk',
  description: 'One row for each drive that the system sees, virtual machine disks included.',
  key: ['DeviceID'],
  category: 'storage',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 2000,
  columns: [
    {
      name: 'DeviceID',
      type: 'string',
      maxLength: 128,
      description: "Kernel's name of the drive.",
    },
    { name: 'Model', type: 'string', maxLength: 255, description: "Maker's name of the model." },
    { name: 'Manufacturer', type: 'string', maxLength: 128, description: 'Maker of the drive.' },
    { name: 'SerialNumber', type: 'string', maxLength: 255, description: 'Serial number.' },
    {
      name: 'FirmwareVersion',
      type: 'string',
      maxLength: 64,
      description: 'Firmware revision of the drive.',
    },
    { name: 'Size', type: 'int', unit: 'bytes', description: 'Capacity.' },
    { name: 'MediaType', type: 'string', maxLength: 16, description: 'SSD or HDD.' },
    {
      name: 'BusType',
      type: 'string',
      maxLength: 16,
      description: 'NVMe, SATA, SAS, USB, MMC, virtio, Xen, SCSI.',
    },
    {
      name: 'LogicalSectorSize',
      type: 'int',
      unit: 'bytes',
      description: 'Smallest addressable unit.',
    },
    { name: 'IsRemovable', type: 'bool', description: 'Whether the medium can be taken out.' },
    { name: 'IsReadOnly', type: 'bool', description: 'Whether the drive refuses writes.' },
  ],
};
