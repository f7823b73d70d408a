import { request } from 'node:https';
import type { ClientOptions } from 'ws';
import { createRoute, type Route } from './proxy/route.ts';

/** How a site reaches its tenant: one address, one trusted root, and (once attached) its own certificate. */
export interface TenantAddress {
  /** Origin of the gateway. */
  readonly url: string;
  /** PEM; nothing else is trusted. */
  readonly root: string;
  readonly identity: { readonly certificate: string; readonly privateKey: string } | null;
}

export interface TenantAnswer {
  readonly status: number;
  /** Null when the body is not JSON. */
  readonly body: unknown;
}

interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Of the answer's body; default 256 KiB. */
  readonly answerBytes?: number;
}

/** A keep-alive HTTPS client that speaks TLS 1.3 to one tenant only. */
export interface TenantClient extends Disposable {
  /** With which a WebSocket goes the same way, under the same trust. */
  readonly socketOptions: ClientOptions;
  /** Rejects when the network fails or the signal is aborted; any answer with a status resolves. */
  post(path: string, body: string | Uint8Array, options: CallOptions): Promise<TenantAnswer>;
  /** The same, on a connection of its own that nothing keeps alive. */
  get(path: string, options: CallOptions): Promise<TenantAnswer>;
}

const ANSWER_BYTES = 256 * 1024;
const TIMEOUT_MS = 60_000;

/** `route`: default directly. */
export function createTenantClient(
  address: TenantAddress,
  route: Route = createRoute(null),
): TenantClient {
  const tls = {
    ca: address.root,
    minVersion: 'TLSv1.3' as const,
    ...(address.identity && {
      cert: address.identity.certificate,
      key: address.identity.privateKey,
    }),
  };
  const agent = route.agent({ ...tls, keepAlive: true, maxSockets: 6 });
  const alone = route.agent(tls);

  const call = (
    method: 'GET' | 'POST',
    path: string,
    body: string | Uint8Array | null,
    options: CallOptions,
  ): Promise<TenantAnswer> => {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, address.url),
        {
          method,
          agent: body === null ? alone : agent,
          signal,
          headers: {
            ...(body !== null && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
            ...options.headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          let size = 0;
          incoming.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > (options.answerBytes ?? ANSWER_BYTES)) {
              incoming.destroy(new Error('the answer is too large'));
            } else chunks.push(chunk);
          });
          incoming.on('error', reject);
          incoming.once('end', () =>
            resolve({ status: incoming.statusCode ?? 0, body: json(Buffer.concat(chunks)) }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body ?? undefined);
    });
  };

  return {
    socketOptions: { ...tls, agent: alone },
    post: (path, body, options) => call('POST', path, body, options),
    get: (path, options) => call('GET', path, null, options),
    [Symbol.dispose]() {
      agent.destroy();
      alone.destroy();
    },
  };
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
