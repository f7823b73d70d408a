import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Fetch } from '@moorline/admin-client';

const BODILESS = new Set([204, 205, 304]);

/**
 * `fetch` for HTTPS servers whose certificate `caPem` has signed, and for no others: the system's own
 * authorities are not asked. Bodies stream; redirects are not followed; no cookies are kept.
 */
export function createHttpsFetch(caPem: string): Fetch {
  const agent = new Agent({ ca: caPem, keepAlive: true, minVersion: 'TLSv1.3' });
  return (url, init) =>
    new Promise((resolve, reject) => {
      const { body, signal } = init;
      if (body !== undefined && body !== null && typeof body !== 'string') {
        reject(new TypeError('only text can be sent'));
        return;
      }
      const outgoing = request(
        url,
        {
          agent,
          method: init.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init.headers)),
          ...(signal ? { signal } : {}),
        },
        (incoming) => {
          const headers = new Headers();
          for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
            headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
          }
          const status = incoming.statusCode ?? 0;
          if (BODILESS.has(status)) incoming.resume();
          // The two declarations of the web's ReadableStream differ in name alone.
          const stream = Readable.toWeb(
            incoming,
          ) as NodeReadableStream as ReadableStream<Uint8Array>;
          resolve(new Response(BODILESS.has(status) ? null : stream, { status, headers }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body ?? undefined);
    });
}
