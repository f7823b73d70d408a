import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { parseSmbios } from '../smbios.ts';
import { meaningfulText } from './firmware-text.ts';

const TABLE_BYTES = 1024 * 1024;
const MEMORY_DEVICE = 17;
const MIB = 1024 * 1024;
const NOT_KNOWN = 0xffff;
const EXTENDED = 0x7fff;

/** @spec DMTF DSP0134 §7.18.2 */
const TYPES: Readonly<Record<number, string>> = {
  15: 'SDRAM',
  18: 'DDR',
  19: 'DDR2',
  20: 'DDR2 FB-DIMM',
  24: 'DDR3',
  26: 'DDR4',
  27: 'LPDDR',
  28: 'LPDDR2',
  29: 'LPDDR3',
  30: 'LPDDR4',
  32: 'HBM',
  33: 'HBM2',
  34: 'DDR5',
  35: 'LPDDR5',
  7: 'RAM',
};
/** @spec DMTF DSP0134 §7.18.1 */
const FORMS: Readonly<Record<number, string>> = {
  3: 'SIMM',
  4: 'SIP',
  5: 'Chip',
  9: 'DIMM',
  11: 'Row of chips',
  12: 'RIMM',
  13: 'SODIMM',
  15: 'FB-DIMM',
  16: 'Die',
};

/** @spec DMTF DSP0134 §7.18 */
export function* collectPhysicalMemory({ files }: Host): Iterable<FoundRow> {
  const table = files.bytes('/sys/firmware/dmi/tables/DMI', TABLE_BYTES);
  if (table === null) return;
  for (const { type, handle, data, string } of parseSmbios(table)) {
    if (type !== MEMORY_DEVICE) continue;
    const byte = (at: number): number | undefined => (at < data.length ? data[at] : undefined);
    const word = (at: number): number => (at + 2 <= data.length ? data.readUInt16LE(at) : 0);
    const capacity = capacityOf(word(0x0c), data.length >= 0x20 ? data.readUInt32LE(0x1c) : 0);
    if (capacity === 0) continue;
    const text = (at: number): string | null => meaningfulText(string(byte(at)) ?? null);
    yield {
      Tag: `Memory ${handle}`,
      DeviceLocator: text(0x10),
      BankLabel: text(0x11),
      Capacity: capacity,
      MemoryType: TYPES[byte(0x12) ?? 0],
      FormFactor: FORMS[byte(0x0e) ?? 0],
      Speed: word(0x15) || null,
      ConfiguredClockSpeed: word(0x20) || null,
      Manufacturer: text(0x17),
      SerialNumber: text(0x18),
      PartNumber: text(0x1a),
    };
  }
}

// Bit 15 says kibibytes; 0: the slot is empty; null: not known.
function capacityOf(size: number, extended: number): number | null {
  if (size === 0) return 0;
  if (size === NOT_KNOWN) return null;
  if (size === EXTENDED) return (extended & 0x7fff_ffff) * MIB;
  return (size & 0x8000) !== 0 ? (size & 0x7fff) * 1024 : size * MIB;
}
