import { Buffer } from 'node:buffer';

/** A note says what the data behind it, up to the next note, is. */
export type Frame<Note> =
  | { readonly kind: 'note'; readonly note: Note }
  | { readonly kind: 'data'; readonly bytes: Buffer };

const NOTE = 1;
const DATA = 2;
const LONGEST_NOTE = 1024 * 1024;
const LONGEST_DATA = 16 * 1024 * 1024;

export async function* writeFrames<Note>(
  frames: AsyncIterable<Frame<Note>>,
): AsyncGenerator<Buffer> {
  for await (const frame of frames) {
    const body = frame.kind === 'note' ? Buffer.from(JSON.stringify(frame.note)) : frame.bytes;
    const head = Buffer.alloc(5);
    head.writeUInt8(frame.kind === 'note' ? NOTE : DATA);
    head.writeUInt32BE(body.length, 1);
    yield head;
    yield body;
  }
}

/** The frames as they were written; the seal around them says that nobody else wrote them. */
export async function* readFrames<Note>(bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame<Note>> {
  let kept: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    kept = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
    while (kept.length >= 5 && kept.length >= 5 + kept.readUInt32BE(1)) {
      const length = kept.readUInt32BE(1);
      const type = kept.readUInt8();
      if (length > (type === NOTE ? LONGEST_NOTE : LONGEST_DATA))
        throw new Error('a frame is too long');
      const body = kept.subarray(5, 5 + length);
      kept = kept.subarray(5 + length);
      yield type === NOTE
        ? { kind: 'note', note: JSON.parse(body.toString()) as Note } // as it was written
        : { kind: 'data', bytes: body };
    }
  }
  if (kept.length > 0) throw new Error('the last frame is cut off');
}
