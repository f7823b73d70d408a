import { Agent, type AgentOptions } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { TlsSession } from './tls-sessions.ts';

/**
 * An agent whose connections, of requests and of the channel alike, resume one session. Node's own forgets the
 * session when a connection breaks, which is just when it is needed.
 * @spec RFC 8446 §2.2
 */
export class ResumingAgent extends Agent {
  readonly #session: TlsSession;

  constructor(options: AgentOptions, session: TlsSession) {
    super(options);
    this.#session = session;
  }

  override createConnection(options: ConnectionOptions): TLSSocket {
    const { present } = this.#session;
    const socket = connect({ ...options, ...(present && { session: present }) });
    socket.on('session', (session: Buffer) => this.#session.keep(session));
    if (present) {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (/^(ERR_SSL|EPROTO)/.test(error.code ?? '')) this.#session.drop();
      });
    }
    return socket;
  }
}
