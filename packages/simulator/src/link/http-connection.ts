import type { TLSSocket } from 'node:tls';
import { CLIENT_VERSION_HEADER } from '@moorline/contracts/agent';
import { type AnswerParser, createAnswerParser, type RawAnswer } from './answer-parser.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly body?: Buffer | undefined;
  readonly gzipped?: boolean | undefined;
}

/** One kept HTTP/1.1 connection of one device: one request at a time. */
export interface HttpConnection {
  readonly isOpen: boolean;
  /** Bytes sent and received over TLS. */
  send(call: HttpCall): Promise<RawAnswer>;
  /** A request under way fails. */
  close(): void;
}

export const SIMULATOR_VERSION = '0.1.0-simulated';

/** @param onSession told of every TLS session that the server offers */
export function openHttpConnection(
  socket: TLSSocket,
  host: string,
  options: { readonly timeoutMs: number; onSession(session: Buffer): void },
): HttpConnection {
  let waiting: PromiseWithResolvers<RawAnswer> | undefined;
  let parser: AnswerParser | undefined;
  let isOpen = true;
  let mustClose = false;
  const fail = (error: Error): void => {
    isOpen = false;
    socket.destroy();
    const pending = waiting;
    waiting = undefined;
    pending?.reject(error);
  };
  socket.setNoDelay(true);
  socket.on('session', options.onSession);
  socket.on('error', fail);
  socket.on('timeout', () => fail(new Error('no answer in time')));
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk: Buffer) => {
    if (!parser) return fail(new Error('the server spoke unasked'));
    try {
      const answer = parser.push(chunk);
      if (!answer) return;
      parser = undefined;
      mustClose = answer.headers.get('connection') === 'close';
      const pending = waiting;
      waiting = undefined;
      socket.setTimeout(0);
      if (mustClose) {
        isOpen = false;
        socket.end();
      }
      pending?.resolve(answer);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return {
    get isOpen() {
      return isOpen && !socket.destroyed;
    },
    send(call) {
      if (waiting) throw new Error('a request is under way on this connection');
      if (!isOpen) return Promise.reject(new Error('the connection was closed'));
      waiting = Promise.withResolvers();
      parser = createAnswerParser();
      socket.setTimeout(options.timeoutMs);
      socket.write(headOf(host, call));
      if (call.body) socket.write(call.body);
      return waiting.promise;
    },
    close() {
      if (!isOpen) return;
      if (waiting) return fail(new Error('the connection was given up'));
      isOpen = false;
      socket.end();
    },
  };
}

function headOf(host: string, { method, path, body, gzipped }: HttpCall): string {
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${CLIENT_VERSION_HEADER}: ${SIMULATOR_VERSION}\r\naccept: application/json\r\n${
    body === undefined
      ? ''
      : `content-type: application/json\r\ncontent-length: ${body.length}\r\n${gzipped ? 'content-encoding: gzip\r\n' : ''}`
  }\r\n`;
}
