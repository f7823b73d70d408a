import { Agent, type AgentOptions, request } from 'node:https';

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

/** A keep-alive HTTPS client that speaks TLS 1.3 to one tenant only. */
export interface TenantClient extends Disposable {
  readonly tls: AgentOptions;
  /** Rejects when the network fails or the signal is aborted; any answer with a status resolves. */
  post(
    path: string,
    body: string | Uint8Array,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal;
      readonly timeoutMs?: number;
    },
  ): Promise<TenantAnswer>;
}

const ANSWER_BYTES = 256 * 1024;
const TIMEOUT_MS = 60_000;

export function createTenantClient(address: TenantAddress): TenantClient {
  const tls: AgentOptions = {
    ca: address.root,
    minVersion: 'TLSv1.3',
    ...(address.identity && {
      cert: address.identity.certificate,
      key: address.identity.privateKey,
    }),
  };
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 4 });
  return {
    tls,
    post(path, body, options) {
      const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
      const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
      return new Promise((resolve, reject) => {
        const outgoing = request(
          new URL(path, address.url),
          {
            method: 'POST',
            agent,
            signal,
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
              ...options.headers,
            },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            let size = 0;
            incoming.on('data', (chunk: Buffer) => {
              size += chunk.length;
              if (size > ANSWER_BYTES) incoming.destroy(new Error('the answer is too large'));
              else chunks.push(chunk);
            });
            incoming.on('error', reject);
            incoming.once('end', () =>
              resolve({ status: incoming.statusCode ?? 0, body: json(Buffer.concat(chunks)) }),
            );
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
