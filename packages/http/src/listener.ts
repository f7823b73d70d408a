import type { AddressInfo, Socket } from 'node:net';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  type Logger,
  type MoorlineError,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import Fastify from 'fastify';
import { guardAccess } from './access.ts';
import { type AdmissionLimits, createAdmission, DEFAULT_ADMISSION } from './admission.ts';
import { guardBrowsers, guardHost } from './browser-guard.ts';
import { boundConnections, type ConnectionBounds, DEFAULT_BOUNDS } from './connection-bounds.ts';
import { answerErrors, type ErrorFormat } from './error-answer.ts';
import { httpErrors } from './errors.ts';
import type { EventStream } from './event-stream.ts';
import { takeGzipBodies } from './gzip-body.ts';
import type { HttpApp } from './http-app.ts';
import { answerUnknownPaths } from './not-found.ts';
import { refuse } from './raw-answer.ts';
import { addResponseHeaders } from './response-headers.ts';
import {
  createNodeServer,
  DEFAULT_TIMEOUTS,
  type ListenerTls,
  type NodeServer,
  type ServerTimeouts,
} from './server.ts';
import type { TicketKeys } from './session-tickets.ts';
import { acceptUpgrades, type UpgradeHandler } from './upgrade.ts';
import { AJV_OPTIONS, convertQueries } from './validation.ts';

export interface ListenerOptions {
  /** For logs: `admin`, `gateway`, `console`. */
  readonly name: string;
  /** Address to listen on; `localhost` is 127.0.0.1. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Without it the listener is plain HTTP and takes only loopback addresses and loopback Host headers. */
  readonly tls?: ListenerTls;
  /** Refuses every address but loopback, also with TLS. */
  readonly loopbackOnly?: boolean;
  readonly logger: Logger;
  /** Addresses or CIDR blocks whose X-Forwarded-* headers are believed; default none. */
  readonly trustedProxies?: readonly string[];
  /** Default: Graph's envelope below `/v1.0/`, problem details elsewhere. */
  readonly errorFormat?: (path: string) => ErrorFormat;
  /** Of a request's body, where a route sets no own limit; default 1 MiB. */
  readonly bodyLimitBytes?: number;
  readonly timeouts?: Partial<ServerTimeouts>;
  readonly bounds?: Partial<ConnectionBounds>;
  /** Of a listener that asks for client certificates: how new connections leave room for the open ones. */
  readonly admission?: Partial<AdmissionLimits>;
  /** ALPN name that marks a connection of a client that has another one open: it need not stand behind newcomers. */
  readonly connectedAlpn?: string;
  /** How long a stop waits for requests under way; default 5 s. */
  readonly stopMs?: number;
}

/**
 * Connections that the kernel may hold until the event loop comes by (it caps this at its own `somaxconn`). When this is
 * full it drops them, and the client's kernel tries again only after 1, 3 and 7 s: whatever the listener does
 * for those that wait begins once they are taken.
 */
const BACKLOG = 4_096;

/** One port with its routes. Routes are registered on `app` before `listen`. */
export interface Listener extends AsyncDisposable {
  readonly app: HttpApp;
  /**
   * Takes WebSocket upgrades of exactly this path, from peers with a client certificate only; other paths are
   * answered 404 and closed. Throws on a listener that asks for no client certificate.
   */
  onUpgrade(path: string, handler: UpgradeHandler): void;
  /** @throws `http.port_in_use`, `http.cannot_listen` */
  listen(): Promise<{ url: string; port: number }>;
  /** Replaces certificate and key for connections from now on; without `ca` the one from before stays. */
  setTls(tls: ListenerTls): void;
  /** Seals and opens session tickets with these from now on. Throws where `tls` came without ticket keys. */
  setTicketKeys(keys: TicketKeys): void;
  /** Stops taking connections, ends event streams, waits for requests under way, cuts off the rest. Idempotent. */
  close(): Promise<void>;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1']);

/** @throws `http.plain_beyond_loopback` */
export async function createListener(options: ListenerOptions): Promise<Listener> {
  const { tls, logger } = options;
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
  if ((!tls || options.loopbackOnly) && !LOOPBACK.has(host)) {
    throw httpErrors.plainBeyondLoopback({ name: options.name, host });
  }
  const takesPeers = tls?.requestClientCertificate === true;
  const { app, node } = createApp(options);
  const sockets = boundConnections(
    node.server,
    { ...DEFAULT_BOUNDS, ...options.bounds },
    options.trustedProxies ?? [],
  );
  if (takesPeers) {
    const limits = { ...DEFAULT_ADMISSION, ...options.admission };
    const { connectedAlpn } = options;
    const admission = createAdmission(limits, {
      logger,
      ...(connectedAlpn !== undefined && { mark: Buffer.from(connectedAlpn) }),
    });
    node.gate((socket, begin) => {
      sockets.track(socket);
      admission.admit(socket, () => {
        if (sockets.take(socket)) begin();
      });
    });
  } else {
    node.server.on('connection', (socket: Socket) => {
      sockets.track(socket);
      sockets.take(socket);
    });
  }
  let closing: Promise<void> | undefined;
  const upgrades = acceptUpgrades(node.server, {
    logger,
    isClosing: () => closing !== undefined,
    newRequestId,
  });
  // Its hook comes first: whoever authenticates reads the cookies.
  await app.register(cookie);
  if (!tls) guardHost(app, () => portOf(app));
  guardBrowsers(app);
  guardAccess(app, { takesPeers });
  takeGzipBodies(app);

  async function close(): Promise<void> {
    for (const stream of app.eventStreams) stream.close();
    const timer = setTimeout(() => sockets.destroyAll(), options.stopMs ?? 5_000);
    try {
      await app.close();
    } finally {
      clearTimeout(timer);
    }
  }
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };

  return {
    app,
    onUpgrade(path, handler) {
      if (!takesPeers) throw new Error(`${options.name} asks for no client certificate`);
      upgrades.on(path, handler);
    },
    async listen() {
      try {
        await app.listen({ host, port: options.port, backlog: BACKLOG });
      } catch (cause) {
        throw listenError(cause, host, options.port);
      }
      const port = portOf(app);
      const url = `${tls ? 'https' : 'http'}://${urlHost(host)}:${port}`;
      logger.info({ listener: options.name, host, port }, 'listening');
      return { url, port };
    },
    setTls: (next) => node.setTls(next),
    setTicketKeys: (keys) => node.setTicketKeys(keys),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

function createApp(options: ListenerOptions): { app: HttpApp; node: NodeServer } {
  const { logger } = options;
  const formatOf = options.errorFormat ?? graphBelowV1;
  let node: NodeServer | undefined;
  const app: HttpApp = Fastify({
    serverFactory(handler) {
      node = createNodeServer(options.tls, { ...DEFAULT_TIMEOUTS, ...options.timeouts }, handler);
      return node.server;
    },
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    ajv: { customOptions: AJV_OPTIONS },
    genReqId: newRequestId,
    requestIdHeader: false,
    logger: false,
    routerOptions: {
      // One spelling per path: no variant of a path reaches a handler by another name.
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 256,
    },
    clientErrorHandler(error, socket) {
      refuseUnreadable(error, socket);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  if (!node) throw new Error('Fastify made no server');
  app.decorate('eventStreams', new Set<EventStream>());
  // A form of a foreign page can send text without asking first; JSON it cannot.
  app.removeContentTypeParser('text/plain');
  addResponseHeaders(app);
  answerErrors(app, { logger, formatOf });
  answerUnknownPaths(app);
  convertQueries(app);
  app.addHook('onResponse', async (request, reply) => {
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      },
      'request answered',
    );
  });
  return { app, node };
}

function newRequestId(): string {
  return uuidv7(systemClock, systemEntropy);
}

function graphBelowV1(path: string): ErrorFormat {
  return path.startsWith('/v1.0/') ? 'graph' : 'problem';
}

// What node's parser rejects never becomes a request: it is answered by hand, once, and closed.
function refuseUnreadable(error: Error & { code: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problems: Readonly<Record<string, string>> = {
    HPE_HEADER_OVERFLOW: 'its headers are larger than 16 KiB',
    ERR_HTTP_REQUEST_TIMEOUT: 'it did not arrive in time',
  };
  const problem = problems[error.code] ?? 'it is not well-formed HTTP/1.1';
  refuse(socket, httpErrors.malformed({ problem }), newRequestId());
}

function listenError(cause: unknown, host: string, port: number): MoorlineError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  // Fastify builds its routes now: a route that is wrong is no matter of the address.
  if (code.startsWith('FST_')) throw cause;
  if (code === 'EADDRINUSE') return httpErrors.portInUse({ host, port }, { cause });
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'this user may not open that port',
    EADDRNOTAVAIL: 'this machine does not have that address',
    ENOTFOUND: 'no such name is known',
  };
  return httpErrors.cannotListen({ host, port, reason: reasons[code] ?? code }, { cause });
}

function portOf(app: HttpApp): number {
  const address = app.server.address() as AddressInfo | null;
  return address?.port ?? 0;
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || LOOPBACK.has(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
