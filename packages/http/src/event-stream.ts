import type { FastifyReply, FastifyRequest } from 'fastify';

export interface ServerEvent {
  /** Name of the event; absent: `message`. */
  readonly event?: string;
  /** Sent as JSON. */
  readonly data: unknown;
  readonly id?: string;
}

/** One open answer of server-sent events. @spec https://html.spec.whatwg.org/#server-sent-events */
export interface EventStream {
  /** Aborted when the stream has ended, from either side. */
  readonly signal: AbortSignal;
  /** False when the stream has ended; a reader that is too slow is cut off and comes back by itself. */
  send(event: ServerEvent): boolean;
  close(): void;
}

export interface EventStreamOptions {
  /** A comment is sent this often, so that nothing on the way takes the stream for dead. */
  readonly heartbeatMs: number;
  /** Cut off when this much waits to be read; default 256 KiB. */
  readonly maxBufferedBytes?: number;
}

/** Turns the answer into an event stream; the handler returns right after and keeps the stream. */
export function openEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  options: EventStreamOptions,
): EventStream {
  const limit = options.maxBufferedBytes ?? 256 * 1024;
  const ended = new AbortController();
  const { raw } = reply;
  const streams = request.server.eventStreams;
  reply.hijack();
  raw.writeHead(200, {
    // What hooks have put on the reply, which a hijacked answer does not get by itself.
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  const end = (): void => {
    if (ended.signal.aborted) return;
    clearInterval(heartbeat);
    streams.delete(stream);
    ended.abort();
  };
  const write = (text: string): boolean => {
    if (ended.signal.aborted) return false;
    raw.write(text);
    if (raw.writableLength <= limit) return true;
    end();
    raw.destroy();
    return false;
  };
  const stream: EventStream = {
    signal: ended.signal,
    send: (event) => write(eventText(event)),
    close() {
      end();
      raw.end();
    },
  };
  const heartbeat = setInterval(() => write(':\n\n'), options.heartbeatMs);
  heartbeat.unref();
  raw.on('close', end);
  raw.on('error', end);
  streams.add(stream);
  if (request.method === 'HEAD') stream.close();
  else write(':\n\n');
  return stream;
}

function eventText(event: ServerEvent): string {
  const lines = [`data: ${JSON.stringify(event.data)}`];
  if (event.event !== undefined) lines.unshift(`event: ${oneLine(event.event)}`);
  if (event.id !== undefined) lines.unshift(`id: ${oneLine(event.id)}`);
  return `${lines.join('\n')}\n\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
