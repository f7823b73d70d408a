const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const LONGEST_HEAD_BYTES = 32 * 1024;
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;

/** An HTTP answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; of repeated ones, the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Reads one answer from the bytes of a connection. */
export interface AnswerParser {
  /**
   * The answer once it is whole.
   * @throws Error when it is no HTTP/1.1 answer, or too long
   */
  push(chunk: Buffer): RawAnswer | undefined;
}

/**
 * @param options.headOnly the body is left to the caller: for upgrades, where what follows is no body
 * @spec RFC 9112 §6
 */
export function createAnswerParser(options: { readonly headOnly?: boolean } = {}): AnswerParser {
  let bytes: Buffer = Buffer.alloc(0);
  let head: { status: number; headers: Map<string, string>; start: number } | undefined;
  return {
    push(chunk) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      if (!head) {
        const end = bytes.indexOf(HEAD_END);
        if (end < 0) {
          if (bytes.length > LONGEST_HEAD_BYTES)
            throw new Error('the head of the answer is too long');
          return undefined;
        }
        head = { ...readHead(bytes.toString('latin1', 0, end)), start: end + HEAD_END.length };
      }
      const { status, headers, start } = head;
      const rest = bytes.subarray(start);
      if (rest.length > LONGEST_BODY_BYTES) throw new Error('the answer is too long');
      if (options.headOnly && status === 101) return { status, headers, body: rest };
      const body = bodyOf(status, headers, rest);
      return body && { status, headers, body };
    },
  };
}

function readHead(text: string): { status: number; headers: Map<string, string> } {
  const [line = '', ...fields] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(line)?.[1]);
  if (!(status >= 100)) throw new Error('the answer is not HTTP/1.1');
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    if (colon > 0) headers.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
  }
  return { status, headers };
}

function bodyOf(
  status: number,
  headers: ReadonlyMap<string, string>,
  rest: Buffer,
): Buffer | undefined {
  if (status === 204 || status === 304) return rest.subarray(0, 0);
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return chunkedBody(rest);
  const length = Number(headers.get('content-length') ?? '0');
  if (!Number.isSafeInteger(length) || length < 0) throw new Error('the answer has no length');
  return rest.length < length ? undefined : rest.subarray(0, length);
}

function chunkedBody(rest: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = rest.indexOf(LINE_END, at);
    if (end < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, end), 16);
    if (!(size >= 0)) throw new Error('a chunk of the answer has no length');
    const start = end + LINE_END.length;
    if (rest.length < start + size + LINE_END.length) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(rest.subarray(start, start + size));
    at = start + size + LINE_END.length;
  }
}
