import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const TABLE = {
  invalid: {
    code: 'request.invalid',
    kind: 'failure',
    text: 'The request is not valid: {field} {problem}. Correct that and send it again.',
  },
  malformed: {
    code: 'request.malformed',
    kind: 'failure',
    text: 'The request cannot be read: {problem}. Send well-formed HTTP, with a body that is valid JSON.',
  },
  tooLarge: {
    code: 'request.too_large',
    kind: 'failure',
    status: 413,
    text: 'The body of the request is too large: at most {limitBytes} bytes after decompression are taken here. Send less at once.',
  },
  mediaType: {
    code: 'request.media_type',
    kind: 'failure',
    status: 415,
    text: 'This path does not take a body of the type “{mediaType}”. Send JSON with the header content-type: application/json.',
  },
  encoding: {
    code: 'request.encoding',
    kind: 'failure',
    status: 415,
    text: 'This path does not take a body with content-encoding “{encoding}”. Send it without compression; where the documentation says so, gzip is taken.',
  },
  notFound: {
    code: 'request.not_found',
    kind: 'failure',
    status: 404,
    text: 'There is nothing at {method} {path}. Check the method and the path; /openapi.json lists those of the admin API.',
  },
  notFoundNear: {
    code: 'request.not_found',
    kind: 'failure',
    status: 404,
    text: 'There is nothing at {method} {path}. The nearest path that exists is {nearest}.',
  },
  unauthenticated: {
    code: 'request.unauthenticated',
    kind: 'failure',
    status: 401,
    text: 'Nobody is signed in with this request: it carries no valid session or API token. Sign in, or send the header authorization: Bearer with a token.',
  },
  certificateRequired: {
    code: 'request.certificate_required',
    kind: 'failure',
    status: 401,
    text: 'This path needs a client certificate of this authority, and the connection has none that counts ({reason}). Enrol or attach first; if the certificate has ended, enrol again.',
  },
  foreignOrigin: {
    code: 'request.foreign_origin',
    kind: 'failure',
    status: 403,
    text: 'A page of another origin ({origin}) sent this request, so it was not carried out. Use the console of this server.',
  },
  consoleHeaderMissing: {
    code: 'request.console_header_missing',
    kind: 'failure',
    status: 403,
    text: 'A request that changes something with a cookie must carry the header {header}, which no foreign page can send. Scripts use an API token and no cookie.',
  },
  hostUnknown: {
    code: 'request.host_unknown',
    kind: 'failure',
    status: 421,
    text: 'This listener answers only to {expected}, not to the name in the Host header. Open it by that address.',
  },
  tooManyAttempts: {
    code: 'request.too_many_attempts',
    kind: 'failure',
    status: 429,
    text: 'Too many failed attempts came from this address. Wait {retryAfterSeconds} s and try again.',
  },
  tooManyRequests: {
    code: 'request.too_many_requests',
    kind: 'failure',
    status: 429,
    text: 'Too many requests came from this sender. Wait {retryAfterSeconds} s and try again.',
  },
  refused: {
    code: 'request.refused',
    kind: 'failure',
    text: 'The request was refused: {problem}.',
  },
  stopping: {
    code: 'request.server_stopping',
    kind: 'unavailable',
    text: 'The server is going down. Try again in a little while.',
  },
  busy: {
    code: 'request.server_busy',
    kind: 'unavailable',
    text: 'More devices connect at this moment than the server can take. Wait {retryAfterSeconds} s and try again.',
  },
  portInUse: {
    code: 'http.port_in_use',
    kind: 'failure',
    status: 500,
    text: 'Port {port} on {host} is in use by another program. Stop it, or choose another port.',
  },
  cannotListen: {
    code: 'http.cannot_listen',
    kind: 'failure',
    status: 500,
    text: 'Cannot listen on {host}, port {port}: {reason}. Choose an address of this machine and a port that this user may open (1024 or above).',
  },
  plainBeyondLoopback: {
    code: 'http.plain_beyond_loopback',
    kind: 'failure',
    status: 500,
    text: 'The listener “{name}” has no TLS, so it may only listen on loopback (127.0.0.1 or ::1), not on {host}. Give it TLS, or one of those addresses.',
  },
  consoleMissing: {
    code: 'http.console_missing',
    kind: 'failure',
    status: 500,
    text: 'The console is not built: {folder} has no index.html. Run `npm run build`, then start again.',
  },
} as const;

/** What can be wrong with a request before any feature sees it, and with a listener. */
export const httpErrors: { readonly [K in keyof typeof TABLE]: ErrorFactory } = defineErrors(TABLE);
