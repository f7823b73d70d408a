import { SALT } from '../organization/salts.ts';
import { bits, draws, fraction } from '../random/draw.ts';
import type { RowContext, Rows } from './context.ts';

const DRIVES = [
  { model: 'SAMSUNG MZVL2512HCJQ-00BL7', manufacturer: 'Samsung', prefix: 'S64' },
  { model: 'KIOXIA KXG80ZNV512G', manufacturer: 'KIOXIA', prefix: 'X3' },
  { model: 'Micron 3400 NVMe', manufacturer: 'Micron', prefix: '22' },
  { model: 'WDC PC SN810', manufacturer: 'Western Digital', prefix: '21' },
  { model: 'SK hynix PC801', manufacturer: 'SK hynix', prefix: 'AJ' },
] as const;

export const physicalDiskRows: Rows = ({ seed, persona, moment }) => {
  const disk = draws(seed, SALT.disk, persona.number);
  const isVirtual = persona.kind === 'virtualServer';
  const drive = disk.pick(DRIVES);
  const isApple = persona.platform === 'macos';
  const model = isVirtual ? 'Virtual disk' : isApple ? 'APPLE SSD AP0512Z' : drive.model;
  const count = persona.kind === 'server' ? 4 : 1;
  return Array.from({ length: count }, (_, index) => ({
    DeviceID: diskName(persona.platform, index),
    Model: model,
    Manufacturer: isVirtual ? persona.model.manufacturer : isApple ? 'Apple' : drive.manufacturer,
    SerialNumber: isVirtual ? null : `${drive.prefix}${disk.hex(10)}`,
    FirmwareVersion: `${drive.prefix}${20 + (bits(seed, SALT.disk, persona.number % 9) % 8) + moment.bump}`,
    Size: persona.diskBytes,
    MediaType: 'SSD',
    BusType: isVirtual ? (persona.model.manufacturer === 'QEMU' ? 'virtio' : 'SCSI') : 'NVMe',
    LogicalSectorSize: 512,
    IsRemovable: false,
    IsReadOnly: false,
  }));
};

function diskName(platform: string, index: number): string {
  if (platform === 'windows') return `PHYSICALDRIVE${index}`;
  return platform === 'macos' ? `disk${index}` : `nvme${index}n1`;
}

/** Free space, which drifts: in steps of a thousandth of the disk, some steps a day. */
function freeShare({ profile, seed, persona, moment }: RowContext): number {
  const base = 0.12 + 0.7 * fraction(seed, SALT.diskUse, persona.number);
  const stepHours = 24 / Math.max(profile.changes.diskChangesPerDay, 0.01);
  const step = Math.floor(moment.hour / stepHours);
  const drift = 0.05 * (fraction(seed, SALT.diskUse, persona.number, step) - 0.5);
  return Math.min(Math.max(base + drift - 0.001 * (moment.bump % 50), 0.01), 0.95);
}

export const logicalDiskRows: Rows = (context) => {
  const { seed, persona } = context;
  const { platform, kind } = persona;
  const serial = bits(seed, SALT.disk, persona.number, 91)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0');
  const row = (
    name: string,
    deviceId: string,
    volume: string | null,
    fileSystem: string,
    share: number,
  ): Record<string, string | number | boolean | null> => {
    const size = Math.floor((persona.diskBytes * share) / 4096) * 4096;
    const unit = Math.max(4096, 2 ** Math.floor(Math.log2(size / 1000)));
    return {
      Name: name,
      DeviceID: deviceId,
      VolumeName: volume,
      VolumeSerialNumber: `${serial.slice(0, 4)}-${serial.slice(4)}`,
      FileSystem: fileSystem,
      Size: size,
      FreeSpace: Math.floor((size * freeShare(context)) / unit) * unit,
      IsReadOnly: false,
      IsEncrypted: kind !== 'virtualServer' && persona.number % 23 !== 0,
    };
  };
  if (platform === 'windows') {
    const system = row(
      'C:',
      '\\\\?\\Volume{c0000000}',
      kind === 'server' ? 'System' : 'Windows',
      'NTFS',
      0.985,
    );
    if (kind !== 'server') return [system];
    return [system, row('D:', '\\\\?\\Volume{d0000000}', 'Data', 'NTFS', 2.9)];
  }
  if (platform === 'macos') return [row('/', 'disk3s1s1', 'Macintosh HD', 'apfs', 0.99)];
  const disk = kind === 'virtualServer' ? '/dev/vda' : '/dev/nvme0n1p';
  return [
    row('/', `${disk}2`, null, 'ext4', 0.3),
    row('/boot/efi', `${disk}1`, 'EFI', 'vfat', 0.002),
    row(isData(kind) ? '/var' : '/home', `${disk}3`, null, isData(kind) ? 'xfs' : 'ext4', 0.68),
  ];
};

function isData(kind: RowContext['persona']['kind']): boolean {
  return kind === 'server' || kind === 'virtualServer';
}
