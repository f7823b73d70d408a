import { randomBytes } from 'node:crypto';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import { authenticateWith, type HttpApp, type HttpRequest } from '@moorline/http';
import type { MoorlineError } from '@moorline/kernel';
import { type Static, Type } from 'typebox';
import { actorOf } from '../../request-actor.ts';
import {
  BATCH_HEADER,
  type BatchOrigin,
  batchOf,
  originOf,
  withinBatch,
} from '../../request-origin.ts';
import { checkDependencies, runInOrder } from './batch-order.ts';
import { graphErrors } from './errors.ts';

const ROOT = '/v1.0';
const MAX_REQUESTS = 20;
/** What of a part's headers reaches its route: nothing that says who asks or from where. */
const HEADERS_TAKEN: ReadonlySet<string> = new Set([
  'accept',
  'client-request-id',
  'consistencylevel',
  'content-type',
  'if-match',
  'if-none-match',
  'prefer',
]);
/** What of an answer's headers reaches the client. */
const HEADERS_GIVEN: ReadonlySet<string> = new Set([
  'content-type',
  'etag',
  'location',
  'moorline-action-id',
  'request-id',
  'retry-after',
]);

const BatchRequest = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    method: Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: Type.String({ minLength: 1, maxLength: 8192 }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Optional(Type.Unknown()),
    dependsOn: Type.Optional(Type.Array(Type.String(), { maxItems: MAX_REQUESTS })),
  },
  { additionalProperties: false },
);
type BatchRequest = Static<typeof BatchRequest>;

const BatchResponse = Type.Object({
  id: Type.String(),
  status: Type.Integer(),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  body: Type.Optional(Type.Unknown()),
});
type BatchResponse = Static<typeof BatchResponse>;

/**
 * Graph's JSON batch: every part is dispatched to its own route, as the batch's own actor, and is authorized
 * there like any other request. Call it when the app has its authenticator.
 * @spec OData JSON Format 4.01 §19
 */
export function batchRoute(app: HttpApp): void {
  const authenticator = app.authentication.authenticator;
  authenticateWith(app, async (request) => {
    const batch = batchOf(request);
    if (batch) return batch.actor;
    return (await authenticator?.(request)) ?? null;
  });

  app.post(
    ADMIN_PATHS.batch,
    {
      config: { access: 'actor' },
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        summary: `Up to ${MAX_REQUESTS} requests at once`,
        tags: ['Graph'],
        body: Type.Object(
          { requests: Type.Array(BatchRequest, { maxItems: MAX_REQUESTS }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ responses: Type.Array(BatchResponse) }) },
      },
    },
    async (request) => {
      if (batchOf(request)) throw graphErrors.batchNested();
      const { requests } = request.body;
      checkDependencies(requests);
      const batch: BatchOrigin = {
        actor: actorOf(request),
        origin: originOf(request),
        nonce: randomBytes(32).toString('base64url'),
      };
      const responses = await withinBatch(batch, () =>
        runInOrder(
          requests,
          (part, failed) => dispatch(app, request, batch, part, failed),
          (response) => response.status < 400,
        ),
      );
      return { responses };
    },
  );
}

async function dispatch(
  app: HttpApp,
  whole: HttpRequest,
  batch: BatchOrigin,
  part: BatchRequest,
  failed: string | null,
): Promise<BatchResponse> {
  const requestId = `${whole.id}.${part.id}`;
  if (failed !== null) {
    return refusal(part, graphErrors.batchDependencyFailed({ dependency: failed }), requestId);
  }
  const url = targetOf(part.url);
  if (url === undefined) {
    return refusal(part, graphErrors.batchUrlInvalid({ url: part.url.slice(0, 200) }), requestId);
  }
  const hasBody = part.body !== undefined;
  const payload = hasBody ? textOf(part.body) : '';
  if (payload === undefined) return refusal(part, graphErrors.batchBodyTooDeep(), requestId);
  const answer = await app.inject({
    method: part.method,
    url,
    remoteAddress: whole.ip,
    headers: {
      ...headersOf(part, hasBody),
      host: whole.headers.host ?? whole.host,
      [BATCH_HEADER]: batch.nonce,
    },
    ...(hasBody ? { payload } : {}),
  });
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    HEADERS_GIVEN.has(name) && value !== undefined ? [[name, String(value)] as const] : [],
  );
  return {
    id: part.id,
    status: answer.statusCode,
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(answer.body === '' ? {} : { body: bodyOf(answer.headers['content-type'], answer.body) }),
  };
}

/** The part's address below the API's root, or undefined when it leads anywhere else. */
function targetOf(url: string): string | undefined {
  // Relative to the root with or without a leading slash, as Graph takes it; never to another authority.
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || /^[/\\]{2}/.test(url) || url.includes('\\')) {
    return undefined;
  }
  const target = new URL(`${ROOT}/${url.replace(/^\//, '')}`, 'http://batch');
  return target.pathname.startsWith(`${ROOT}/`) ? target.pathname + target.search : undefined;
}

function headersOf(part: BatchRequest, hasBody: boolean): Record<string, string> {
  const given = Object.entries(part.headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => HEADERS_TAKEN.has(name) && /^[\x20-\x7e]*$/.test(value));
  return {
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...Object.fromEntries(given),
  };
}

/** The body as JSON, or undefined when it is nested deeper than the stack is high. */
function textOf(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function bodyOf(contentType: unknown, text: string): unknown {
  return String(contentType).includes('json') ? JSON.parse(text) : text;
}

function refusal(part: BatchRequest, error: MoorlineError, requestId: string): BatchResponse {
  return {
    id: part.id,
    status: error.status,
    headers: { 'content-type': 'application/json' },
    body: {
      error: {
        code: error.code,
        message: error.message,
        innerError: {
          date: new Date().toISOString().slice(0, 19),
          'request-id': requestId,
          'client-request-id': requestId,
        },
      },
    },
  };
}
