import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import {
  type AGENT_PATHS,
  CLIENT_VERSION_HEADER,
  RECONNECT_SPREAD_HEADER,
} from '@moorline/contracts/agent';
import { type Clock, MoorlineError } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';
import { parseJson, readProblem } from './problem.ts';
import type { ReconnectSpread } from './reconnect-spread.ts';
import { ResumingAgent } from './resuming-agent.ts';
import { retryAfterMs } from './retry-after.ts';
import type { ServerTime } from './server-time.ts';
import { connectionProblem } from './tls-problem.ts';
import { sessionInMemory, type TlsSession } from './tls-sessions.ts';

const compress = promisify(gzip);
/** An idle connection costs the authority memory: it is let go when a burst of requests is over. */
const IDLE_SOCKET_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;
/** Below this, compressing costs more than it saves. */
const COMPRESS_FROM_BYTES = 1024;

export interface ClientDeps {
  /** Origin of the gateway. */
  readonly url: string;
  /** PEM of the only root that is trusted. */
  readonly ca: string;
  /** Absent: without a client certificate, for enrolment. */
  readonly credential?: { readonly privateKey: string; readonly certificate: string };
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly serverTime: ServerTime;
  /** What connections begin with; absent: one of this client alone. */
  readonly session?: TlsSession;
  /** Told what answers say of it; absent: nobody asks. */
  readonly spread?: ReconnectSpread;
  /** Whether the channel is open; absent: there is none. */
  readonly isConnected?: () => boolean;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

export interface AuthorityRequest {
  readonly method: 'GET' | 'POST';
  readonly path: (typeof AGENT_PATHS)[keyof typeof AGENT_PATHS];
  readonly query?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
  /** Statuses ≥ 400 that are answers, not errors. */
  readonly accept?: readonly number[];
  readonly signal: AbortSignal;
}

/** Requests to one authority with one credential, over TLS 1.3 and few kept connections. */
export interface AuthorityClient extends Disposable {
  readonly url: string;
  /** Shares its TLS sessions with the channel. */
  readonly agent: Agent;
  /**
   * @throws `agent.unreachable`, `agent.server_untrusted`, `agent.certificate_rejected`, `agent.server_busy`
   * (details.retryAfterMs), `agent.refused` (the right to connect has ended), `agent.rejected`
   */
  send(request: AuthorityRequest): Promise<Answer>;
}

export function createAuthorityClient(deps: ClientDeps): AuthorityClient {
  const agent = new ResumingAgent(
    {
      keepAlive: true,
      // Two, so that a long upload does not hold up the answer to an action.
      maxSockets: 2,
      timeout: IDLE_SOCKET_MS,
      minVersion: 'TLSv1.3',
      ca: deps.ca,
      ...(deps.credential
        ? { key: deps.credential.privateKey, cert: deps.credential.certificate }
        : {}),
    },
    deps.session ?? sessionInMemory(),
    deps.isConnected ?? (() => false),
  );

  const once = (
    call: AuthorityRequest,
    body: Uint8Array | undefined,
    zipped: boolean,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const target = new URL(call.path, deps.url);
      for (const [name, value] of Object.entries(call.query ?? {})) {
        target.searchParams.set(name, value);
      }
      const outgoing = request(target, {
        method: call.method,
        agent,
        signal: AbortSignal.any([call.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
        headers: {
          [CLIENT_VERSION_HEADER]: deps.clientVersion,
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
          ...(zipped ? { 'content-encoding': 'gzip' } : {}),
        },
      });
      outgoing.on('error', (error) =>
        reject(Object.assign(error, { staleSocket: outgoing.reusedSocket })),
      );
      outgoing.on('response', (incoming) => {
        deps.serverTime.observe(incoming.headers.date);
        deps.spread?.observe(incoming.headers[RECONNECT_SPREAD_HEADER]);
        readBody(incoming).then((text) => {
          try {
            resolve(interpret(deps, call, incoming, text));
          } catch (error) {
            reject(error);
          }
        }, reject);
      });
      outgoing.end(body);
    });

  return {
    url: deps.url,
    agent,
    async send(call) {
      const plain = call.body === undefined ? undefined : Buffer.from(call.body);
      const zipped = plain !== undefined && plain.length >= COMPRESS_FROM_BYTES;
      const body = zipped ? await compress(plain, { level: constants.Z_BEST_SPEED }) : plain;
      try {
        return await once(call, body, zipped).catch((error: unknown) => {
          // The server closed the kept connection as it was taken again; every request may be repeated.
          const isStale =
            error instanceof Error && 'staleSocket' in error && error.staleSocket === true;
          if (isStale && !call.signal.aborted) return once(call, body, zipped);
          throw error;
        });
      } catch (error) {
        call.signal.throwIfAborted();
        throw error instanceof MoorlineError ? error : connectionProblem(deps.url, error);
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer; // no encoding is set on the stream
    length += bytes.length;
    if (length > LONGEST_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function interpret(
  deps: ClientDeps,
  call: AuthorityRequest,
  incoming: IncomingMessage,
  text: string,
): Answer {
  const status = incoming.statusCode ?? 0;
  const body = parseJson(text);
  if (status >= 200 && status < 300) {
    if (text.length > 0 && body === undefined) {
      throw agentErrors.answerMalformed({ url: deps.url, method: call.method, path: call.path });
    }
    return { status, body };
  }
  if (call.accept?.includes(status)) return { status, body };
  throw serverProblem(deps, status, body, incoming.headers['retry-after']);
}

function serverProblem(
  deps: Pick<ClientDeps, 'url' | 'clock'>,
  status: number,
  body: unknown,
  retryAfter: string | undefined,
): MoorlineError {
  const { text, code } = readProblem(body, status);
  const details = { url: deps.url, status, text, serverCode: code };
  if (status === 401 || status === 403) return agentErrors.refused(details);
  if (status === 408 || status === 429 || status >= 500 || status < 400) {
    return agentErrors.busy({ ...details, retryAfterMs: retryAfterMs(retryAfter, deps.clock) });
  }
  return agentErrors.rejected(details);
}
