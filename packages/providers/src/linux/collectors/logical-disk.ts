import { basename } from 'node:path/posix';
import { encryptionOf } from '../block-encryption.ts';
import { coarseOf } from '../coarse.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { type Mount, parseMounts } from '../mounts.ts';
import type { FoundRow } from '../rows.ts';

const FREE_PARTS = 1024;
const FREE_LEAST_STEP = 16 * 1024 * 1024;
const MOUNTS_BYTES = 16 * 1024 * 1024;

/** Kinds that keep data on a disk; images, memory, network and control file systems are not looked at. */
const KINDS = new Set(
  'ext2 ext3 ext4 xfs btrfs bcachefs f2fs zfs jfs reiserfs nilfs2 vfat exfat ntfs ntfs3 fuseblk hfsplus'.split(
    ' ',
  ),
);

export async function* collectLogicalDisks(host: Host): AsyncIterable<FoundRow> {
  const { files, pace } = host;
  const labels = volumeNames(files, 'by-label');
  const ids = volumeNames(files, 'by-uuid');
  for (const mount of firstMounts(files)) {
    if (pace.due()) await pace.rest();
    const space = files.space(mount.point);
    const kernelName = mount.source.startsWith('/') ? kernelNameOf(files, mount.source) : null;
    yield {
      Name: mount.point,
      DeviceID: mount.kind === 'overlay' ? null : mount.source,
      VolumeName: kernelName === null ? null : labels.get(kernelName),
      VolumeSerialNumber: kernelName === null ? null : ids.get(kernelName),
      FileSystem: mount.kind,
      Size: space?.sizeBytes,
      FreeSpace: space && coarseOf(space.freeBytes, space.sizeBytes, FREE_PARTS, FREE_LEAST_STEP),
      IsReadOnly: mount.readOnly,
      IsEncrypted: kernelName === null ? null : encryptionOf(files, kernelName).isOn,
    };
  }
}

// A file system mounted at many places (bind mounts, subvolumes) is one disk, at its shortest mount point.
export function firstMounts(files: FileTree): readonly Mount[] {
  const visible = new Map<string, Mount>();
  for (const mount of parseMounts(files.table('/proc/self/mountinfo', MOUNTS_BYTES) ?? ''))
    visible.set(mount.point, mount);
  const first = new Map<string, Mount>();
  for (const mount of visible.values()) {
    // A container's root lies on an overlay: the only disk that it has.
    if (!KINDS.has(mount.kind) && !(mount.kind === 'overlay' && mount.point === '/')) continue;
    const identity = mount.source.startsWith('/') ? mount.source : mount.device;
    const other = first.get(identity);
    if (!other || mount.point.length < other.point.length) first.set(identity, mount);
  }
  return [...first.values()];
}

/** Labels or ids by the kernel's name of the device: udev keeps them as links. */
export function volumeNames(files: FileTree, folder: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const entry of files.names(`/dev/disk/${folder}`)) {
    const target = files.link(`/dev/disk/${folder}/${entry}`);
    const label = entry.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (target !== null) names.set(basename(target), label);
  }
  return names;
}

export function kernelNameOf(files: FileTree, source: string): string {
  return basename(files.link(source) ?? source);
}
