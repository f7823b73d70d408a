const MAGIC = 0x184d2204;
const SKIPPABLE = 0x184d2a50;
const WINDOW_BYTES = 64 * 1024;
const BLOCK_SIZES: Readonly<Record<number, number>> = {
  4: 64 * 1024,
  5: 256 * 1024,
  6: 1024 * 1024,
  7: 4 * 1024 * 1024,
};

/**
 * What LZ4 frames hold, block by block, so that a large list is never whole in memory. A part is good until the next
 * one is asked for. Ends early where the bytes are not of the format. @spec LZ4 Frame Format 1.6, LZ4 Block Format
 */
export function* readLz4(bytes: Buffer): Iterable<Buffer> {
  let at = 0;
  while (at + 7 <= bytes.length) {
    const magic = bytes.readUInt32LE(at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== MAGIC) return;
    const flags = bytes.readUInt8(at + 4);
    const blockSize = BLOCK_SIZES[(bytes.readUInt8(at + 5) >> 4) & 7];
    if (flags >> 6 !== 1 || blockSize === undefined) return;
    at += 7 + ((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0);
    const output = Buffer.allocUnsafe(WINDOW_BYTES + blockSize);
    // What a block may refer to lies before it.
    let history = 0;
    for (;;) {
      if (at + 4 > bytes.length) return;
      const header = bytes.readUInt32LE(at);
      const size = header & 0x7fff_ffff;
      at += 4;
      if (size === 0) break;
      if (size > blockSize || at + size > bytes.length) return;
      const block = bytes.subarray(at, at + size);
      const isPlain = header >>> 31 === 1;
      const end = isPlain
        ? history + block.copy(output, history)
        : decodeBlock(block, output, history, history + blockSize);
      if (end < 0) return;
      yield output.subarray(history, end);
      at += size + ((flags & 16) !== 0 ? 4 : 0);
      const kept = Math.min(end, WINDOW_BYTES);
      output.copyWithin(0, end - kept, end);
      history = kept;
    }
    if ((flags & 4) !== 0) at += 4;
  }
}

/** Where the block's content ends in `output`; -1: it is not of the format. */
function decodeBlock(block: Buffer, output: Buffer, start: number, limit: number): number {
  let from = 0;
  let to = start;
  while (from < block.length) {
    const token = block[from++] ?? 0;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (from >= block.length) return -1;
        more = block[from++] ?? 0;
        literals += more;
      } while (more === 255);
    }
    if (from + literals > block.length || to + literals > limit) return -1;
    block.copy(output, to, from, from + literals);
    from += literals;
    to += literals;
    if (from === block.length) return to;
    if (from + 2 > block.length) return -1;
    const offset = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    let length = (token & 15) + 4;
    if ((token & 15) === 15) {
      let more: number;
      do {
        if (from >= block.length) return -1;
        more = block[from++] ?? 0;
        length += more;
      } while (more === 255);
    }
    if (offset === 0 || offset > to || to + length > limit) return -1;
    // Source and target may overlap: that is how runs are written.
    if (offset >= length) output.copyWithin(to, to - offset, to - offset + length);
    else
      for (let index = 0; index < length; index++)
        output[to + index] = output[to + index - offset] ?? 0;
    to += length;
  }
  return to;
}
