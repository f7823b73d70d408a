/** A server-sent event. @spec https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** An event longer than this ends the stream: a live event names at most 100 ids. */
const MAX_EVENT_LENGTH = 1_000_000;

/** Feeds text in pieces of any size, gives whole events. An event without data is none. */
export function createSseParser(): { push(text: string): ServerSentEvent[] } {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = '';
  const takeLine = (line: string, events: ServerSentEvent[]): void => {
    if (line === '') {
      if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n'), id });
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
  };
  return {
    push(text) {
      const events: ServerSentEvent[] = [];
      rest += text;
      // A CR at the very end may be the first half of CRLF: it waits for the next piece.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) takeLine(line, events);
      if (rest.length + data.reduce((sum, line) => sum + line.length, 0) > MAX_EVENT_LENGTH) {
        throw new RangeError('A server-sent event is longer than 1,000,000 characters.');
      }
      return events;
    },
  };
}

/** The events of a streamed body, until it ends; leaving the loop cancels it. */
export async function* readSse(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = createSseParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Rejects when the stream has failed already, which the reader above has told.
    await reader.cancel().catch(() => {});
  }
}
