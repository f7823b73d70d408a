import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';

export interface ListenerTls {
  /** PEM: the leaf, then the CA, so that clients can pin the root. */
  readonly cert: string;
  readonly key: string;
  /** PEM of the only CA whose client certificates count. */
  readonly ca?: string;
  /** Asks for a client certificate; a connection without one stays open, for `public` routes. */
  readonly requestClientCertificate?: boolean;
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
      setTls() {
        throw new Error('this listener has no TLS');
      },
    };
  }
  let current = tls;
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
  return {
    // An https.Server has every member of an http.Server that Fastify uses; only the base class differs.
    server: server as unknown as Server,
    setTls(next) {
      current = { ...current, ...next };
      server.setSecureContext(secureContext(current));
    },
  };
}

function secureContext(tls: ListenerTls): ServerOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    minVersion: 'TLSv1.3',
  };
}
