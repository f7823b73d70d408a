import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpApp } from './http-app.ts';

/** Scripts only from here and never from text; griffel (Fluent UI) writes its styles into the page. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

// No Strict-Transport-Security: it holds for every port of a name, and the loopback console is plain.
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const CLIENT_REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Puts security headers and request ids on every answer; a route may set `cache-control` anew. */
export function addResponseHeaders(app: HttpApp): void {
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(HEADERS);
    reply.header('request-id', request.id);
    const clientId = clientRequestId(request);
    if (clientId !== undefined) reply.header('client-request-id', clientId);
  });
}

/** The caller's own id for the request, when it is fit to be repeated. */
export function clientRequestId(request: FastifyRequest): string | undefined {
  const value = request.headers['client-request-id'];
  return typeof value === 'string' && CLIENT_REQUEST_ID.test(value) ? value : undefined;
}
