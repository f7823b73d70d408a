import { randomBytes } from 'node:crypto';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Buffer;
}

/** Longer messages have no place on the channel, whose server sends nudges and nothing else. */
const LONGEST_PAYLOAD_BYTES = 64 * 1024;

/**
 * The whole frames at the beginning of `bytes`, and what is left of the next one.
 * @throws Error for what a server must not send: masked frames, or longer ones than 64 KiB
 * @spec RFC 6455 §5.2
 */
export function readFrames(bytes: Buffer): {
  readonly frames: Frame[];
  readonly rest: Buffer | null;
} {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 2) {
    const first = bytes.readUInt8(at);
    const second = bytes.readUInt8(at + 1);
    if ((second & 0x80) !== 0) throw new Error('the server masked a frame');
    let length = second & 0x7f;
    let start = at + 2;
    if (length === 126) {
      if (bytes.length < start + 2) break;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      throw new Error('a frame is too long');
    }
    if (length > LONGEST_PAYLOAD_BYTES) throw new Error('a frame is too long');
    if (bytes.length < start + length) break;
    frames.push({
      opcode: first & 0x0f,
      isFinal: (first & 0x80) !== 0,
      payload: bytes.subarray(start, start + length),
    });
    at = start + length;
  }
  // Copied, so that a piece of a frame does not keep the socket's read buffer.
  return { frames, rest: at === bytes.length ? null : Buffer.from(bytes.subarray(at)) };
}

/** A masked frame, as every frame of a client is; payload at most 125 bytes. @spec RFC 6455 §5.3 */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const mask = randomBytes(4);
  const frame = Buffer.alloc(6 + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | payload.length;
  frame.set(mask, 2);
  for (let index = 0; index < payload.length; index++) {
    frame[6 + index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
  }
  return frame;
}

/** Payload of a close frame without a reason. */
export function closePayload(code: number): Buffer {
  return Buffer.of(code >> 8, code & 0xff);
}

/** What a close frame says; 1005: nothing. @spec RFC 6455 §7.1.5 */
export function readClose(payload: Buffer): { readonly code: number; readonly reason: string } {
  return payload.length < 2
    ? { code: 1005, reason: '' }
    : { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
}
