import { bool, int, text } from '../columns.ts';
import type { InventoryClass } from '../inventory-class.ts';

export const partitionClass: InventoryClass = {
  category: 'storage',
  platforms: ['linux'],
  cadence: 'day',
  name: 'Partition',
  description: 'One row for each partition of a drive.',
  key: ['DeviceID'],
  maxRows: 4000,
  columns: [
    text('DeviceID', 128, 'Kernel’s name of the partition.'),
    text('DiskID', 128, 'Kernel’s name of the drive.'),
    int('Index', 'Number of the partition on its drive.'),
    int('Size', 'Size of the partition.', 'bytes'),
    int('StartingOffset', 'Where it begins on the drive.', 'bytes'),
    text('PartitionLabel', 255, 'Name in the partition table.'),
    text('PartitionID', 64, 'Id in the partition table.'),
    text('FileSystemLabel', 255, 'Label of what lies on it.'),
    text('FileSystemID', 64, 'Id of what lies on it.'),
    bool('IsReadOnly', 'Whether the kernel refuses writes.'),
  ],
};

export const volumeClass: InventoryClass = {
  category: 'storage',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'Volume',
  description:
    'One row for each mounted file system, on disks, on the network and of images; not those of the kernel.',
  key: ['Name'],
  maxRows: 2000,
  columns: [
    text('Name', 512, 'Where it is mounted.'),
    text('DeviceID', 512, 'What is mounted: device, or share of a server, without credentials.'),
    text('FileSystem', 64, 'Kind of file system.'),
    text('DriveType', 16, 'local, network, image or memory.'),
    bool('IsReadOnly', 'Whether it is mounted read-only.'),
    bool('IsExecutable', 'Whether programs may be started from it.'),
    bool('AllowsSetUserId', 'Whether programs may take their owner’s rights.'),
    bool('IsInTable', 'Whether the table of file systems names it.'),
  ],
};

export const diskEncryptionClass: InventoryClass = {
  category: 'security',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'DiskEncryption',
  description:
    'One row for each disk file system and swap area: whether it lies on an encrypted device.',
  key: ['DeviceID'],
  maxRows: 1000,
  columns: [
    text('DeviceID', 255, 'Device that is used.'),
    text('MountPoint', 512, 'Where it is mounted; swap for a swap area.'),
    text('ProtectionStatus', 16, 'On, Off or Unknown.'),
    text('EncryptionMethod', 64, 'LUKS1, LUKS2, plain or another that the kernel names.'),
    text('MappingName', 255, 'Name of the mapping that decrypts.'),
    bool('IsUnlockedByTPM', 'Whether the table of encrypted devices asks the TPM for its key.'),
  ],
};
