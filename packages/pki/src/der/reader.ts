/** What DER is at a place: its tag, its content, and the whole of it. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  readonly encoded: Buffer;
}

/** Reads the elements of one content in their order; whatever is not DER throws. */
export interface DerReader {
  /** The next element, which must have this tag. */
  next(tag: number): DerElement;
  /** The next element if it has this tag. */
  optional(tag: number): DerElement | undefined;
  /** The next element, whatever its tag. */
  any(): DerElement;
  isAtEnd(): boolean;
  /** Throws unless everything has been read. */
  end(): void;
}

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The bytes are not the DER that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/**
 * A reader of `content`. Strict: definite lengths in their shortest form, tags of one byte, nothing beyond the end. It
 * never recurses: only what is asked for is read, so nesting costs nothing.
 * @spec X.690 §8.1, §10.1
 */
export function derReader(content: Buffer): DerReader {
  let at = 0;

  function any(): DerElement {
    const tag = byteAt(content, at);
    if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of more than one byte');
    const { length, start } = lengthAt(content, at + 1);
    const end = start + length;
    if (end > content.length) throw new DerError('an element goes beyond its end');
    const element = {
      tag,
      content: content.subarray(start, end),
      encoded: content.subarray(at, end),
    };
    at = end;
    return element;
  }

  return {
    any,
    next(tag) {
      if (content[at] !== tag) throw new DerError(`no element with tag ${tag}`);
      return any();
    },
    optional: (tag) => (content[at] === tag ? any() : undefined),
    isAtEnd: () => at === content.length,
    end() {
      if (at !== content.length) throw new DerError('more than was expected');
    },
  };
}

/** The one element that `bytes` are. */
export function derElement(bytes: Buffer, tag: number): DerElement {
  const reader = derReader(bytes);
  const element = reader.next(tag);
  reader.end();
  return element;
}

function lengthAt(bytes: Buffer, at: number): { length: number; start: number } {
  const first = byteAt(bytes, at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  // 0x80 is the indefinite form; nothing here is longer than three bytes can say.
  if (count < 1 || count > 3) throw new DerError('a length that is not definite, or too long');
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + byteAt(bytes, at + index);
  const isShortest = length >= 0x80 && length >= 256 ** (count - 1);
  if (!isShortest) throw new DerError('a length that is not in its shortest form');
  return { length, start: at + 1 + count };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DerError('it ends too early');
  return byte;
}
