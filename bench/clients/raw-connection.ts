import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

export interface RawAnswer {
  readonly status: number;
  /** As in Retry-After; 0: not said. */
  readonly retryAfterSeconds: number;
  readonly body: Buffer;
}

/** HTTP/1.1 over one connection with as little work as can be: the client must not be what is measured. */
export interface RawConnection {
  readonly socket: TLSSocket;
  /** One at a time. Rejects when the connection ends before the answer. */
  send(request: Buffer): Promise<RawAnswer>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** How to dial; node's own type leaves the local address out. */
export type DialOptions = ConnectionOptions & { readonly localAddress: string };

/** Resolves when TLS is done. */
export async function openRaw(options: DialOptions): Promise<RawConnection> {
  const socket = connect({ minVersion: 'TLSv1.3', ALPNProtocols: ['http/1.1'], ...options });
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  return rawOver(socket);
}

export function rawOver(socket: TLSSocket): RawConnection {
  let received: Buffer = Buffer.alloc(0);
  let pending: PromiseWithResolvers<RawAnswer> | null = null;
  const fail = (error: Error): void => {
    pending?.reject(error);
    pending = null;
  };
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (!answer || !pending) return;
    received = received.subarray(answer.sizeBytes);
    const { resolve } = pending;
    pending = null;
    resolve(answer);
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  return {
    socket,
    send(request) {
      if (pending) throw new Error('one request at a time');
      if (socket.destroyed) return Promise.reject(new Error('the connection was closed'));
      pending = Promise.withResolvers<RawAnswer>();
      socket.write(request);
      return pending.promise;
    },
    close: () => socket.destroy(),
  };
}

/** The first answer in the bytes, or undefined while it is not whole. */
export function readAnswer(bytes: Buffer): (RawAnswer & { sizeBytes: number }) | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const isBare = status === 204 || status === 304 || status === 101;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined && !isBare) throw new Error('an answer without a content-length');
  const bodyStart = headEnd + HEAD_END.length;
  const sizeBytes = bodyStart + (isBare ? 0 : Number(length));
  if (bytes.length < sizeBytes) return undefined;
  const retryAfterSeconds = Number(/\r\nretry-after: *(\d+)/i.exec(head)?.[1] ?? 0);
  return { status, retryAfterSeconds, body: bytes.subarray(bodyStart, sizeBytes), sizeBytes };
}

/** A whole request with its JSON body. */
export function jsonRequest(method: string, host: string, path: string, body?: string): Buffer {
  const content =
    body === undefined
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nmoorline-client-version: 0.1.0\r\n${content}\r\n${body ?? ''}`,
  );
}

/** Addresses of the loopback network, so that no port runs out and no limit per address counts. */
export function loopbackAddress(index: number): string {
  const place = index % 64_000;
  return `127.1.${Math.floor(place / 250)}.${1 + (place % 250)}`;
}
