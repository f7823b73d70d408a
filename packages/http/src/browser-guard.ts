import { CSRF_HEADER } from '@moorline/contracts/admin';
import type { FastifyRequest } from 'fastify';
import { httpErrors } from './errors.ts';
import type { HttpApp } from './http-app.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * What keeps foreign pages out: no write from another origin at all, and none by cookie without a header that
 * only our own page can send. There is no CORS: other origins cannot read any answer either.
 */
export function guardBrowsers(app: HttpApp): void {
  app.addHook('onRequest', async (request: FastifyRequest) => {
    if (SAFE_METHODS.has(request.method)) return;
    const { headers } = request;
    const site = headers['sec-fetch-site'];
    const ownOrigin = `${request.protocol}://${request.host}`;
    if (
      (headers.origin !== undefined && headers.origin !== ownOrigin) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none')
    ) {
      throw httpErrors.foreignOrigin({ origin: (headers.origin ?? String(site)).slice(0, 128) });
    }
    const byCookie = headers.cookie !== undefined && headers.authorization === undefined;
    if (byCookie && headers[CSRF_HEADER] === undefined) {
      throw httpErrors.consoleHeaderMissing({ header: CSRF_HEADER });
    }
  });
}

/**
 * Answers only to loopback names: a page whose own name was pointed at 127.0.0.1 still sends that name.
 * @param port the port that is listened on
 */
export function guardHost(app: HttpApp, port: () => number): void {
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port()}`);
    // The header itself, not what a proxy says of it: nothing stands before a loopback listener.
    if (!names.includes(request.headers.host?.toLowerCase() ?? '')) {
      throw httpErrors.hostUnknown({ expected: `http://${names[0]}` });
    }
  });
}
