import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MoorlineError } from '@moorline/kernel';
import { errorBody } from './error-answer.ts';

/** Answers with an error on a bare socket, where there is no HTTP response object, and closes it. */
export function refuse(socket: Duplex, error: MoorlineError, requestId: string): void {
  if (socket.destroyed) return;
  // The other end may be gone already: that must not end the process.
  socket.on('error', () => {});
  const body = errorBody(error, { format: 'problem', requestId });
  const retryAfter = error.details.retryAfterSeconds;
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
    'connection: close',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `request-id: ${requestId}`,
    ...(typeof retryAfter === 'number' ? [`retry-after: ${retryAfter}`] : []),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
