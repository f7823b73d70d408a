import { STATUS_CODES } from 'node:http';
import { asMoorlineError, type Logger, MoorlineError } from '@moorline/kernel';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { httpErrors } from './errors.ts';
import type { HttpApp } from './http-app.ts';
import { clientRequestId } from './response-headers.ts';

export type ErrorFormat = 'graph' | 'problem';

export interface AnswerContext {
  readonly format: ErrorFormat;
  readonly requestId: string;
  readonly clientRequestId?: string | undefined;
}

/** Converts every error once, here: into Graph's envelope or problem details, with its status. */
export function answerErrors(
  app: HttpApp,
  options: { readonly logger: Logger; readonly formatOf: (path: string) => ErrorFormat },
): void {
  app.setErrorHandler((thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const error = refusalOf(thrown, request);
    const context = { requestId: request.id, route: request.routeOptions.url, code: error.code };
    if (error.kind === 'bug' || error.status === 500) {
      options.logger.error({ ...context, err: error.cause ?? error }, 'request failed');
    } else {
      options.logger.debug({ ...context, status: error.status }, 'request refused');
    }
    const retryAfter = error.details.retryAfterSeconds;
    if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
    const format = options.formatOf(pathOf(request.url));
    return (
      reply
        .code(error.status)
        .type(format === 'graph' ? 'application/json' : 'application/problem+json')
        // Already text: a route's response schema must not pick members out of it.
        .serializer((body: unknown) => String(body))
        .send(
          errorBody(error, {
            format,
            requestId: request.id,
            clientRequestId: clientRequestId(request),
          }),
        )
    );
  });
}

/** The body of an error's answer, JSON. @spec RFC 9457 §3, https://learn.microsoft.com/graph/errors */
export function errorBody(error: MoorlineError, context: AnswerContext): string {
  const shown = error.kind === 'bug' ? asMoorlineError(undefined) : error;
  if (context.format === 'graph') {
    return JSON.stringify({
      error: {
        code: shown.code,
        message: shown.message,
        innerError: {
          ...shown.details,
          date: new Date().toISOString().slice(0, 19),
          'request-id': context.requestId,
          'client-request-id': context.clientRequestId ?? context.requestId,
        },
      },
    });
  }
  return JSON.stringify({
    ...shown.details,
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: shown.message,
    code: shown.code,
    requestId: context.requestId,
  });
}

/** The path of a request target, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** What was thrown while the request was served, as the error that its sender is answered with. */
export function refusalOf(thrown: unknown, request: FastifyRequest): MoorlineError {
  if (thrown instanceof MoorlineError) return thrown;
  if (!isFastifyError(thrown)) return asMoorlineError(thrown);
  if (thrown.validation) return validationError(thrown);
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return httpErrors.tooLarge({ limitBytes: request.routeOptions.bodyLimit ?? 0 });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return httpErrors.mediaType({
        mediaType: (request.headers['content-type'] ?? 'none').slice(0, 100),
      });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return httpErrors.malformed({ problem: 'its body is not valid JSON' });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return httpErrors.malformed({ problem: 'its body is empty although it is said to be JSON' });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return httpErrors.malformed({ problem: 'its body is not as long as content-length says' });
    case 'FST_ERR_BAD_URL':
      return httpErrors.malformed({ problem: 'its path holds a % that encodes nothing' });
  }
  const status = thrown.statusCode ?? 500;
  if (status < 400 || status >= 500) return asMoorlineError(thrown);
  const problem = thrown.message.slice(0, 200);
  return new MoorlineError({ ...httpErrors.refused.spec, status }, { problem });
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && ('statusCode' in thrown || 'code' in thrown);
}

function validationError(error: FastifyError): MoorlineError {
  const first = error.validation?.[0];
  const place = error.validationContext ?? 'body';
  const params: Record<string, unknown> = first?.params ?? {};
  const member = params.missingProperty ?? params.additionalProperty;
  const path = (first?.instancePath ?? '').split('/').filter((part) => part !== '');
  if (typeof member === 'string') path.push(member);
  return httpErrors.invalid({
    field: [place, ...path].join('.').slice(0, 200),
    problem: describe(first?.keyword, first?.message, params),
  });
}

function describe(
  keyword: string | undefined,
  message: string | undefined,
  params: Readonly<Record<string, unknown>>,
): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not known here';
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return `must be one of ${params.allowedValues.map(String).join(', ')}`;
  }
  return message ?? 'is not as expected';
}
