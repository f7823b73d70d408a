import { createHash } from 'node:crypto';
import type { StateDocumentWire } from '@moorline/contracts/agent';
import { canonicalRows, type InventoryRow, inventoryClass } from '@moorline/model';

/** Which document changes: one that no list shows, or one whose change moves the device's row. */
export type DocumentKind = 'software' | 'disk';

const CLASS = { software: 'InstalledSoftware', disk: 'LogicalDisk' } as const;

/**
 * A whole document of about 2 KB that differs from round to round: one package was updated, or space was used.
 */
export function changedDocument(kind: DocumentKind, device: number, round: number): string {
  return documentBody(CLASS[kind], kind === 'software' ? packages(device, round) : disks(round));
}

/** Name of the n-th device that is renamed: in the order of their names, the newest is the last. */
export function renamed(index: number): string {
  return `RENAMED-${String(index).padStart(8, '0')}`;
}

/** The document of class Device of a device of which only the name is known. */
export function renamedDocument(name: string): string {
  const columns = inventoryClass('Device')?.columns ?? [];
  return documentBody('Device', [
    Object.fromEntries(
      columns.map((column) => [column.name, column.name === 'Name' ? name : null]),
    ),
  ]);
}

function documentBody(className: string, rows: InventoryRow[]): string {
  const declared = inventoryClass(className);
  if (!declared) throw new Error(`there is no class ${className}`);
  const document: StateDocumentWire = {
    className,
    hash: createHash('sha256').update(canonicalRows(declared, rows)).digest('hex'),
    collectedAt: new Date().toISOString(),
    rows,
  };
  return JSON.stringify({ documents: [document] });
}

const NAMES = ['libc6', 'openssl', 'firefox', 'bash', 'systemd', 'curl', 'python3.12'] as const;

function packages(device: number, round: number): InventoryRow[] {
  return NAMES.map((name, index) => ({
    ProductName: name,
    ProductVersion: index === round % NAMES.length ? `2.${device}.${round}-1` : '1:2.39-0ubuntu8.6',
    Architecture: 'amd64',
    Source: 'dpkg',
    Publisher: 'Ubuntu Developers',
    InstalledSize: 13_987_840 + index,
    InstallDate: '2026-09-14T06:11:09Z',
    Section: 'admin',
    Description: 'GNU C Library: shared libraries',
  }));
}

function disks(round: number): InventoryRow[] {
  const mounts = ['/', '/boot', '/home', '/var', '/srv', '/opt', '/data', '/scratch'];
  return mounts.map((mount, index) => ({
    Name: mount,
    DeviceID: `/dev/mapper/vg0-volume${index}`,
    VolumeName: null,
    VolumeSerialNumber: '7f9c24e8-3b12-4fd1-a5b1-0d1f8c2f0a11',
    FileSystem: 'ext4',
    Size: 512_000_000_000,
    FreeSpace: 300_000_000_000 - (round * 7 + index) * 524_288_000,
    IsReadOnly: false,
    IsEncrypted: true,
  }));
}
