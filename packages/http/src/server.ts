import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import {
  checkTicketKeys,
  SESSION_CONTEXT,
  sealTickets,
  TICKET_LIFE_S,
  type TicketKeys,
} from './session-tickets.ts';

export interface ListenerTls {
  /** PEM: the leaf, then the CA, so that clients can pin the root. */
  readonly cert: string;
  readonly key: string;
  /** PEM of the only CA whose client certificates count. */
  readonly ca?: string;
  /** Asks for a client certificate; a connection without one stays open, for `public` routes. */
  readonly requestClientCertificate?: boolean;
  /**
   * Keys of session tickets, so that sessions outlive the process and the server's certificate. Absent: keys of
   * this process alone, and tickets are good for five minutes.
   */
  readonly ticketKeys?: TicketKeys;
}

export interface ServerTimeouts {
  /** Until the request's headers are complete, also from the opening of a connection. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** How often these are looked at. */
  readonly checkMs: number;
  /** Until the TLS handshake is done. */
  readonly handshakeMs: number;
  /** How long a connection may rest between requests. */
  readonly keepAliveMs: number;
}

export const DEFAULT_TIMEOUTS: ServerTimeouts = {
  headersMs: 15_000,
  requestMs: 120_000,
  checkMs: 5_000,
  handshakeMs: 10_000,
  keepAliveMs: 65_000,
};

const MAX_HEADER_BYTES = 16 * 1024;

export interface NodeServer {
  readonly server: Server;
  /** New connections see it; those that are open go on. What is absent stays as it was. */
  setTls(tls: ListenerTls): void;
  /** Seals and opens tickets with these from now on. Throws where the listener began without keys. */
  setTicketKeys(keys: TicketKeys): void;
  /** Puts `admit` before the beginning of every connection; called once. */
  gate(admit: (socket: Socket, begin: () => void) => void): void;
}

export function createNodeServer(
  tls: ListenerTls | undefined,
  timeouts: ServerTimeouts,
  handler: RequestListener,
): NodeServer {
  const http = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    connectionsCheckingInterval: timeouts.checkMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Anything but a WebSocket is served as the plain request that it also is.
    shouldUpgradeCallback: (request: { headers: { upgrade?: string | undefined } }) =>
      request.headers.upgrade?.toLowerCase() === 'websocket',
  };
  if (!tls) {
    return {
      server: createServer(http, handler),
      setTls: withoutTls,
      setTicketKeys: withoutTls,
      gate: withoutTls,
    };
  }
  let current = tls;
  let ticketKeys = tls.ticketKeys && checkTicketKeys(tls.ticketKeys);
  const server = createTlsServer(
    {
      ...http,
      ...secureContext(tls),
      handshakeTimeout: timeouts.handshakeMs,
      requestCert: tls.requestClientCertificate === true,
      // Enrolling and attaching come without a certificate; `peer` routes look at `authorized`.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    },
    handler,
  );
  const seal = (): void => {
    if (ticketKeys) sealTickets(server, () => ticketKeys as TicketKeys); // it is never taken away
  };
  seal();
  return {
    // An https.Server has every member of an http.Server that Fastify uses; only the base class differs.
    server: server as unknown as Server,
    setTls(next) {
      current = { ...current, ...next };
      server.setSecureContext(secureContext(current));
      seal();
    },
    setTicketKeys(keys) {
      if (!ticketKeys) throw new Error('this listener began without ticket keys');
      ticketKeys = checkTicketKeys(keys);
    },
    gate(admit) {
      const [begin, ...others] = server.listeners('connection');
      if (!begin || others.length > 0) throw new Error('somebody else listens for connections');
      server.removeAllListeners('connection');
      server.on('connection', (socket: Socket) => {
        admit(socket, () => void begin.call(server, socket));
      });
    },
  };
}

function withoutTls(): never {
  throw new Error('this listener has no TLS');
}

function secureContext(tls: ListenerTls): ServerOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    minVersion: 'TLSv1.3',
    ...(tls.ticketKeys !== undefined && {
      sessionIdContext: SESSION_CONTEXT,
      sessionTimeout: TICKET_LIFE_S,
    }),
  };
}
