/** A WebSocket frame that a server sent. @spec RFC 6455 §5.2 */
export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly sizeBytes: number;
}

export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** The first frame in the bytes, or undefined while it is not whole; servers neither mask nor split here. */
export function readFrame(bytes: Buffer): ServerFrame | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  return {
    opcode: first & 0x0f,
    payload: bytes.subarray(start, start + length),
    sizeBytes: start + length,
  };
}

/** A whole masked frame, as clients must send; the mask is all zeros, which costs nothing. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
