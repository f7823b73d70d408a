import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Serial of the client certificate, lower-case hex; empty without one. */
  readonly serial: string;
  /** Over a TLS session that was resumed. */
  readonly isResumed: boolean;
}

export interface CannedAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Break the connection instead of answering; `after`: the request has had its effect. */
  readonly cut?: 'before' | 'after';
}

/** What the test authority notes of a request. */
export function seen(request: IncomingMessage, body: unknown): SeenRequest {
  const url = new URL(request.url ?? '/', 'https://authority');
  const serial = peer(request)?.serialNumber.toLowerCase() ?? '';
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    body,
    serial,
    isResumed: (request.socket as TLSSocket).isSessionReused(), // of an https server
  };
}

function peer(request: IncomingMessage): X509Certificate | undefined {
  const socket = request.socket as TLSSocket; // of an https server
  const shown = socket.getPeerX509Certificate();
  return shown && new X509Certificate(shown.raw);
}

/** The device that the request's certificate names. */
export function deviceOf(request: IncomingMessage): string {
  const name = peer(request)?.subjectAltName ?? '';
  return name.replace(/^URI:urn:moorline:device:/, '');
}

export function problem(
  status: number,
  code: string,
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
): CannedAnswer {
  return { status, body: { title: 'Refused', detail, code, ...members } };
}
