import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';

/** sysfs counts in sectors of this size whatever the drive's own are. */
const SECTOR_BYTES = 512;

/** How a part of the device's path in sysfs names its bus; the first that fits counts. */
const BUSES: readonly (readonly [RegExp, string])[] = [
  [/\/usb\d/, 'USB'],
  [/\/virtio\d/, 'virtio'],
  [/\/nvme/, 'NVMe'],
  [/\/vbd-/, 'Xen'],
  [/\/mmc/, 'MMC'],
  [/\/ata\d/, 'SATA'],
  [/\/(end_device|expander)-/, 'SAS'],
  [/\/target\d/, 'SCSI'],
];

/** @spec sysfs-block (kernel ABI) */
export function* collectPhysicalDisks({ files }: Host): Iterable<FoundRow> {
  for (const name of files.names('/sys/block')) {
    const disk = `/sys/block/${name}`;
    // Loop, RAM, mapped and RAID devices hang on no bus; optical and floppy drives are no disks.
    if (files.stat(`${disk}/device`) === null || /^(sr|fd)\d|boot\d$|rpmb$/.test(name)) continue;
    if (files.number(`${disk}/hidden`) === 1) continue;
    const path = files.link(disk) ?? '';
    const bus = BUSES.find(([pattern]) => pattern.test(path))?.[1] ?? null;
    const sectors = files.number(`${disk}/size`);
    yield {
      DeviceID: name,
      Model: files.line(`${disk}/device/model`) ?? files.line(`${disk}/device/name`),
      Manufacturer: manufacturer(files.line(`${disk}/device/vendor`)),
      SerialNumber: serialNumber(files, disk),
      FirmwareVersion:
        files.line(`${disk}/device/firmware_rev`) ?? files.line(`${disk}/device/rev`),
      Size: sectors === null || sectors === 0 ? null : sectors * SECTOR_BYTES,
      MediaType: mediaType(bus, files.number(`${disk}/queue/rotational`)),
      BusType: bus,
      LogicalSectorSize: files.number(`${disk}/queue/logical_block_size`),
      IsRemovable: flag(files.number(`${disk}/removable`)),
      IsReadOnly: flag(files.number(`${disk}/ro`)),
    };
  }
}

// "ATA" is the translation layer's name, and a PCI number is no name.
function manufacturer(vendor: string | null): string | null {
  return vendor === null || vendor === 'ATA' || /^0x[0-9a-f]+$/i.test(vendor) ? null : vendor;
}

function serialNumber(files: FileTree, disk: string): string | null {
  const plain = files.line(`${disk}/device/serial`) ?? files.line(`${disk}/serial`);
  if (plain !== null) return plain;
  // Unit serial number page: four bytes of header, then text. @spec SPC-4 §7.8.14
  const page = files.bytes(`${disk}/device/vpd_pg80`, 260);
  return page && page.length > 4 ? page.toString('latin1', 4).replaceAll('\0', '') : null;
}

// A virtual drive says "rotational" for want of knowledge.
function mediaType(bus: string | null, rotational: number | null): string | null {
  if (bus === 'virtio' || bus === 'Xen' || rotational === null) return null;
  return rotational === 0 ? 'SSD' : 'HDD';
}

function flag(value: number | null): boolean | null {
  return value === null ? null : value !== 0;
}
