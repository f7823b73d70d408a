import { request } from 'node:http';
import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MoorlineError } from '@moorline/kernel';
import { proxyErrors } from './errors.ts';
import { connectivityHint } from './http-hints.ts';
import type { ProxySettings } from './proxy-settings.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** How this site gets out to its tenant: directly, or through a proxy that it asks for a tunnel. */
export interface Route {
  readonly proxy: ProxySettings | null;
  /** The proxy that leads to the target; null: directly. */
  proxyTo(target: Target): ProxySettings | null;
  /**
   * A TCP connection to the target, through the proxy where there is one: TLS begins at its other end.
   * @throws `proxy.unreachable`, `proxy.refused`, or the error of the network
   */
  open(target: Target, options?: { readonly signal?: AbortSignal }): Promise<Socket>;
  /** An agent for HTTPS and WebSocket requests that go this way. */
  agent(options: AgentOptions): Agent;
}

const OPEN_TIMEOUT_MS = 15_000;

export function createRoute(proxy: ProxySettings | null): Route {
  const proxyTo = ({ host, port }: Target): ProxySettings | null =>
    proxy === null || proxy.isDirect(host, port) ? null : proxy;

  const open: Route['open'] = (target, { signal } = {}) => {
    const limit = AbortSignal.timeout(OPEN_TIMEOUT_MS);
    const given = signal ? AbortSignal.any([signal, limit]) : limit;
    const through = proxyTo(target);
    return through ? tunnel(through, target, given) : direct(target, given);
  };

  class RouteAgent extends Agent {
    override createConnection(
      options: RequestOptions,
      callback?: (error: Error | null, stream: Duplex) => void,
    ): Duplex | null | undefined {
      const target = { host: String(options.host), port: Number(options.port) };
      if (!proxyTo(target)) return super.createConnection(options, callback);
      open(target).then(
        // Also TLS options: the agent's own go with each request.
        (socket) => callback?.(null, super.createConnection(withSocket(options, socket)) as Duplex),
        // Node's own signature wants a stream also with an error; it looks at the error first.
        (error: Error) => callback?.(error, undefined as unknown as Duplex),
      );
      return undefined;
    }
  }

  return { proxy, proxyTo, open, agent: (options) => new RouteAgent(options) };
}

function withSocket(options: RequestOptions, socket: Socket): RequestOptions {
  // `tls.connect` takes it, which is what the agent hands its options to.
  return { ...options, socket } as RequestOptions;
}

function direct(target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, autoSelectFamily: true });
    const onAbort = (): void => void socket.destroy(new Error('it did not answer in time'));
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', reject);
      resolve(socket);
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** @spec RFC 9110 §9.3.6 */
function tunnel(proxy: ProxySettings, target: Target, signal: AbortSignal): Promise<Socket> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      agent: false,
      signal,
      headers: {
        host: authority,
        ...(proxy.authorization !== null && { 'proxy-authorization': proxy.authorization }),
      },
    });
    outgoing.once('connect', (response, socket: Socket, head) => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) {
        socket.destroy();
        reject(
          proxyErrors.refused({
            proxy: proxy.name,
            target: authority,
            httpStatus: status,
            hint:
              connectivityHint(status) ??
              'Have this host and port allowed in the proxy, for tunnels (CONNECT) to it.',
          }),
        );
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    outgoing.once('error', (error) => {
      reject(
        error instanceof MoorlineError
          ? error
          : proxyErrors.unreachable(
              { proxy: proxy.name, reason: networkReason(error, signal) },
              { cause: error },
            ),
      );
    });
    outgoing.end();
  });
}

/** Why a connection did not come about, for people. */
export function networkReason(error: unknown, signal?: AbortSignal): string {
  if (signal?.aborted) return 'it did not answer in time';
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error.message === '' ? code : error.message);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'no such name is known',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'it did not answer in time',
};
