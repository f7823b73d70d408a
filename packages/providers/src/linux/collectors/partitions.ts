import { basename, dirname } from 'node:path/posix';
import { encryptionOf } from '../block-encryption.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { type Mount, parseMounts } from '../mounts.ts';
import type { FoundRow } from '../rows.ts';
import { firstMounts, kernelNameOf, volumeNames } from './logical-disk.ts';

const SECTOR_BYTES = 512;
const MOUNTS_BYTES = 16 * 1024 * 1024;

/** @spec sysfs-block (kernel ABI) */
export function* collectPartitions({ files }: Host): Iterable<FoundRow> {
  const named = (folder: string): ReadonlyMap<string, string> => volumeNames(files, folder);
  const [labels, ids] = [named('by-partlabel'), named('by-partuuid')];
  const [fileSystemLabels, fileSystemIds] = [named('by-label'), named('by-uuid')];
  for (const name of files.names('/sys/class/block')) {
    const folder = `/sys/class/block/${name}`;
    const index = files.number(`${folder}/partition`);
    if (index === null) continue;
    const [size, start] = [files.number(`${folder}/size`), files.number(`${folder}/start`)];
    const path = files.link(folder);
    const isReadOnly = files.number(`${folder}/ro`);
    yield {
      DeviceID: name,
      DiskID: path === null ? null : basename(dirname(path)),
      Index: index,
      Size: size === null ? null : size * SECTOR_BYTES,
      StartingOffset: start === null ? null : start * SECTOR_BYTES,
      PartitionLabel: labels.get(name),
      PartitionID: ids.get(name),
      FileSystemLabel: fileSystemLabels.get(name),
      FileSystemID: fileSystemIds.get(name),
      IsReadOnly: isReadOnly === null ? null : isReadOnly !== 0,
    };
  }
}

const NETWORK =
  /^(nfs4?|cifs|smb3|smbfs|ceph|glusterfs|9p|virtiofs|afs|lustre|fuse\.(sshfs|glusterfs|rclone|s3fs|davfs))$/;
const IMAGE = /^(squashfs|iso9660|udf|erofs|cramfs)$/;
const LOCAL =
  /^(ext[234]|xfs|btrfs|bcachefs|f2fs|zfs|jfs|reiserfs|nilfs2|vfat|exfat|ntfs3?|fuseblk|hfsplus|overlay)$/;
/** Where everybody may write. */
const SHARED_MEMORY = new Set(['/tmp', '/var/tmp', '/dev/shm']);
/** Layers of containers come and go with them. */
const CONTAINER =
  /^\/(var\/lib\/(docker|containers|containerd|kubelet)|run\/(docker|containerd))\//;

/** @spec proc_pid_mountinfo(5), fstab(5) */
export function* collectVolumes({ files }: Host): Iterable<FoundRow> {
  const table = new Set(
    (files.text('/etc/fstab') ?? '').split('\n').map((line) => line.trim().split(/\s+/)[1]),
  );
  const visible = new Map<string, Mount>();
  for (const mount of parseMounts(files.table('/proc/self/mountinfo', MOUNTS_BYTES) ?? ''))
    visible.set(mount.point, mount);
  for (const mount of visible.values()) {
    const driveType = driveTypeOf(mount);
    if (driveType === undefined || CONTAINER.test(mount.point)) continue;
    yield {
      Name: mount.point,
      DeviceID: withoutPassword(mount.source),
      FileSystem: mount.kind,
      DriveType: driveType,
      IsReadOnly: mount.readOnly,
      IsExecutable: !mount.options.includes('noexec'),
      AllowsSetUserId: !mount.options.includes('nosuid'),
      IsInTable: table.has(mount.point),
    };
  }
}

function driveTypeOf({ kind, point }: Mount): string | undefined {
  if (NETWORK.test(kind)) return 'network';
  if (IMAGE.test(kind)) return 'image';
  if (kind === 'tmpfs' && SHARED_MEMORY.has(point)) return 'memory';
  return LOCAL.test(kind) ? 'local' : undefined;
}

function withoutPassword(source: string): string {
  return source.replace(/^([^@/]*):[^@/]*@/, '$1@').replace(/:\/\/[^@/]*@/, '://');
}

/** @spec crypttab(5), proc(5) /proc/swaps */
export function* collectDiskEncryption({ files }: Host): Iterable<FoundRow> {
  const tpm = mappingsUnlockedByTpm(files);
  const used = [
    ...firstMounts(files).map(({ source, point }) => [source, point] as const),
    ...swapAreas(files).map((source) => [source, 'swap'] as const),
  ];
  for (const [source, mountPoint] of used) {
    if (!source.startsWith('/dev/')) continue;
    const { isOn, method, mapping } = encryptionOf(files, kernelNameOf(files, source));
    yield {
      DeviceID: source,
      MountPoint: mountPoint,
      ProtectionStatus: isOn === null ? 'Unknown' : isOn ? 'On' : 'Off',
      EncryptionMethod: method,
      MappingName: mapping,
      IsUnlockedByTPM: mapping === null || tpm === null ? null : tpm.has(mapping),
    };
  }
}

function swapAreas(files: FileTree): readonly string[] {
  const lines = (files.text('/proc/swaps') ?? '').split('\n').slice(1);
  return lines.flatMap((line) => /^(\/\S+)\s+partition\s/.exec(line)?.[1] ?? []);
}

function mappingsUnlockedByTpm(files: FileTree): ReadonlySet<string> | null {
  const text = files.text('/etc/crypttab');
  if (text === null) return null;
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return new Set(
    lines.flatMap(([name, , , options]) =>
      name && !name.startsWith('#') && /(^|,)tpm2-device=/.test(options ?? '') ? [name] : [],
    ),
  );
}
