import type { InventoryClass } from '../inventory-class.ts';

export const logicalDiskClass: InventoryClass = {
  name: 'LogicalDisk',
  description:
    'One row for each mounted file system that is kept on a disk, at the place where it is mounted first.',
  key: ['Name'],
  category: 'storage',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 1000,
  columns: [
    { name: 'Name', type: 'string', maxLength: 512, description: 'Mount point or drive letter.' },
    {
      name: 'DeviceID',
      type: 'string',
      maxLength: 512,
      description: 'Device that holds the file system.',
    },
    { name: 'VolumeName', type: 'string', maxLength: 255, description: 'Label of the volume.' },
    {
      name: 'VolumeSerialNumber',
      type: 'string',
      maxLength: 64,
      description: 'Identity of the file system.',
    },
    { name: 'FileSystem', type: 'string', maxLength: 64, description: 'Kind of file system.' },
    { name: 'Size', type: 'int', unit: 'bytes', description: 'Capacity of the file system.' },
    {
      name: 'FreeSpace',
      type: 'int',
      unit: 'bytes',
      description:
        'Space that programs can still use, rounded down to about a thousandth of the size so that an idle device reports no change.',
    },
    { name: 'IsReadOnly', type: 'bool', description: 'Whether it is mounted read-only.' },
    { name: 'IsEncrypted', type: 'bool', description: 'Whether the device beneath is encrypted.' },
  ],
};
