/** A structure of the firmware's table. @spec DMTF DSP0134 §6.1 */
export interface SmbiosStructure {
  readonly type: number;
  readonly handle: number;
  /** The formatted part, its header included. */
  readonly data: Buffer;
  /** Text by its number, from 1; undefined: there is none. */
  string(number: number | undefined): string | undefined;
}

const HEADER_BYTES = 4;
const END_OF_TABLE = 127;

/** Structures as far as the table is well formed. */
export function* parseSmbios(table: Buffer): Iterable<SmbiosStructure> {
  for (let at = 0; at + HEADER_BYTES <= table.length; ) {
    const type = table.readUInt8(at);
    const length = table.readUInt8(at + 1);
    if (length < HEADER_BYTES || at + length > table.length) return;
    const end = table.indexOf('\0\0', at + length, 'latin1');
    if (end < 0) return;
    const strings = table.toString('latin1', at + length, end).split('\0');
    yield {
      type,
      handle: table.readUInt16LE(at + 2),
      data: table.subarray(at, at + length),
      string: (number) => (number ? strings[number - 1]?.trim() || undefined : undefined),
    };
    if (type === END_OF_TABLE) return;
    at = end + 2;
  }
}
