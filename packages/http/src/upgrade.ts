import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { asMoorlineError, type Logger } from '@moorline/kernel';
import { pathOf } from './error-answer.ts';
import { httpErrors } from './errors.ts';
import { type PeerCertificate, peerCertificateOnce, peerRefusal } from './peer-certificate.ts';
import { refuse } from './raw-answer.ts';

/** A request to change the protocol, from a peer whose certificate TLS has verified. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** First bytes after the request; hand them on. */
  readonly head: Buffer;
  readonly peer: PeerCertificate;
  readonly remoteAddress: string;
  /** Aborted when the other end is gone or the handler takes longer than 10 s. */
  readonly signal: AbortSignal;
}

/**
 * Authenticates, then takes the socket over (`ws` in noServer mode). What it throws before that is answered as
 * an HTTP error and the socket closed; it must not throw after.
 */
export type UpgradeHandler = (upgrade: UpgradeRequest) => Promise<void>;

export interface Upgrades {
  on(path: string, handler: UpgradeHandler): void;
}

const DECISION_MS = 10_000;

/** Takes WebSocket upgrades by exact path; everything else is answered with an error and closed. */
export function acceptUpgrades(
  server: Server,
  options: {
    readonly logger: Logger;
    readonly isClosing: () => boolean;
    readonly newRequestId: () => string;
  },
): Upgrades {
  const handlers = new Map<string, UpgradeHandler>();

  async function decide(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Few handlers ask for the signal, and a fleet's worth of controllers is a lot.
    let isGone = false;
    let gone: AbortController | undefined;
    const onGone = (): void => {
      isGone = true;
      gone?.abort();
    };
    const signalOf = (): AbortSignal => {
      gone ??= new AbortController();
      if (isGone) gone.abort();
      return gone.signal;
    };
    // Without a listener an error of the socket would end the process.
    socket.on('error', onGone);
    socket.once('close', onGone);
    const timer = setTimeout(() => {
      onGone();
      socket.destroy();
    }, DECISION_MS);
    try {
      const handler = handlerFor(request);
      const peer = peerCertificateOnce(request);
      if (!peer) throw httpErrors.certificateRequired({ reason: peerRefusal(request) });
      const remoteAddress = request.socket.remoteAddress ?? '';
      await handler({
        request,
        socket,
        head,
        peer,
        remoteAddress,
        get signal() {
          return signalOf();
        },
      });
    } catch (thrown) {
      const error = asMoorlineError(thrown);
      if (error.kind === 'bug') {
        options.logger.error({ err: error.cause ?? error }, 'upgrade failed');
      }
      refuse(socket, error, options.newRequestId());
    } finally {
      clearTimeout(timer);
      socket.off('error', onGone);
      socket.off('close', onGone);
    }
  }

  function handlerFor(request: IncomingMessage): UpgradeHandler {
    if (options.isClosing()) throw httpErrors.stopping();
    // Only programs open channels here; a browser, which always sends Origin, never has to.
    const { origin } = request.headers;
    if (origin !== undefined) throw httpErrors.foreignOrigin({ origin: origin.slice(0, 128) });
    const path = pathOf(request.url ?? '');
    const handler = handlers.get(path);
    if (!handler) throw httpErrors.notFound({ method: 'GET', path: path.slice(0, 256) });
    return handler;
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void decide(request, socket, head);
  });
  return {
    on(path, handler) {
      if (handlers.has(path)) throw new Error(`${path} already has an upgrade handler`);
      handlers.set(path, handler);
    },
  };
}
