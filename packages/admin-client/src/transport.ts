import { CSRF_HEADER } from '@moorline/contracts/admin';
import { AdminApiError, errorOfResponse, parseJson } from './errors.ts';

/** What of `fetch` is used: another one may bring its own certificate authorities or proxy. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportOptions {
  /** Origin of the host, `https://tenant.example:8443`; empty: that of the page. */
  readonly baseUrl: string;
  /** Value of the Authorization header (`Bearer …`), asked for at every request; absent: the page's cookie. */
  readonly authorization?: (() => string | undefined) | undefined;
  readonly fetch?: Fetch | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

interface Call extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly accept?: string;
  /** The version that a write is to replace. @spec RFC 9110 §13.1.1 */
  readonly ifMatch?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests to one host; a response that is no success is thrown. */
export interface Transport {
  /** The body as JSON of the type that the contract gives the path. @throws AdminApiError */
  json<T>(path: string, call?: Call): Promise<T>;
  /** The response itself, its body unread. @throws AdminApiError */
  send(path: string, call?: Call): Promise<Response>;
}

export function createTransport(options: TransportOptions): Transport {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Called as a plain function: the browser's own refuses to run as a method of another object.
  const send = options.fetch ?? ((url, init) => fetch(url, init));
  const transport: Transport = {
    async json<T>(path: string, call: Call = {}): Promise<T> {
      const response = await transport.send(path, call);
      const body = parseJson(await response.text());
      if (body === undefined) {
        throw new AdminApiError({
          code: 'client.unexpected_answer',
          message: 'The answer is not JSON. Check that the address is that of a Moorline host.',
          status: response.status,
          requestId: response.headers.get('request-id'),
        });
      }
      // Both ends import the same contract; the server checks what it sends against it.
      return body as T;
    },
    async send(path, call = {}) {
      const method = call.method ?? 'GET';
      const headers = new Headers({ ...call.headers, accept: call.accept ?? 'application/json' });
      const authorization = options.authorization?.();
      if (authorization) headers.set('authorization', authorization);
      if (method !== 'GET') headers.set(CSRF_HEADER, '1');
      if (call.body !== undefined) headers.set('content-type', 'application/json');
      if (call.ifMatch !== undefined) headers.set('if-match', call.ifMatch);
      let response: Response;
      try {
        response = await send(baseUrl + path, {
          method,
          headers,
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
          ...(call.signal ? { signal: call.signal } : {}),
        });
      } catch (cause) {
        if (call.signal?.aborted) throw call.signal.reason;
        throw new AdminApiError(
          {
            code: 'client.unreachable',
            message: `${baseUrl || 'The server'} does not answer. Check that it runs and that this machine can reach it.`,
            status: 0,
          },
          { cause },
        );
      }
      if (!response.ok) throw await errorOfResponse(response);
      return response;
    },
  };
  return transport;
}

/**
 * Path and query of a link that the server gave: the request then goes where the client was told to go, and
 * its credentials with it, whatever host the link names.
 */
export function pathOfLink(link: string): string {
  const url = new URL(link, 'http://relative.invalid');
  return url.pathname + url.search;
}
