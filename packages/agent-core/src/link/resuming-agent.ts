import { Agent, type AgentOptions } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { CONNECTED_ALPN } from '@moorline/contracts/agent';
import type { TlsSession } from './tls-sessions.ts';

/**
 * An agent whose connections, of requests and of the channel alike, resume one session. Node's own forgets the
 * session when a connection breaks, which is just when it is needed.
 * @spec RFC 8446 §2.2
 */
export class ResumingAgent extends Agent {
  readonly #session: TlsSession;
  readonly #isConnected: () => boolean;

  /** @param isConnected whether the channel is open: then new connections are marked as those of a device that is here */
  constructor(options: AgentOptions, session: TlsSession, isConnected: () => boolean) {
    super(options);
    this.#session = session;
    this.#isConnected = isConnected;
  }

  override createConnection(options: ConnectionOptions): TLSSocket {
    const { present } = this.#session;
    const socket = connect({
      ...options,
      ...(present && { session: present }),
      ...(this.#isConnected() && { ALPNProtocols: ['http/1.1', CONNECTED_ALPN] }),
    });
    socket.on('session', (session: Buffer) => this.#session.keep(session));
    if (present) {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (/^(ERR_SSL|EPROTO)/.test(error.code ?? '')) this.#session.drop();
      });
    }
    return socket;
  }
}
