import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { deviceTreeText, firmwareText } from './firmware-text.ts';

/** The global-variable namespace of UEFI. @spec UEFI 2.10 §3.3 */
const SECURE_BOOT = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

export function* collectBios({ files }: Host): Iterable<FoundRow> {
  const date = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(firmwareText(files, 'bios_date') ?? '');
  const hasUefi = files.stat('/sys/firmware/efi') !== null;
  yield {
    Manufacturer: firmwareText(files, 'bios_vendor'),
    SMBIOSBIOSVersion: firmwareText(files, 'bios_version'),
    Version: firmwareText(files, 'bios_release'),
    ReleaseDate: date ? releaseTime(Number(date[3]), Number(date[1]), Number(date[2])) : null,
    SerialNumber:
      firmwareText(files, 'product_serial') ??
      firmwareText(files, 'chassis_serial') ??
      deviceTreeText(files, 'serial-number'),
    FirmwareType: hasUefi ? 'UEFI' : firmwareText(files, 'bios_vendor') !== null ? 'BIOS' : null,
    SecureBootEnabled: hasUefi ? secureBoot(files) : null,
  };
}

function releaseTime(year: number, month: number, day: number): number | null {
  const time = new Date(Date.UTC(year, month - 1, day));
  return time.getUTCMonth() === month - 1 && time.getUTCDate() === day ? time.getTime() : null;
}

// Four bytes of attributes, then the value.
function secureBoot(files: FileTree): boolean | null {
  const variable = files.bytes(SECURE_BOOT, 64);
  return variable?.length === 5 ? variable[4] === 1 : null;
}
