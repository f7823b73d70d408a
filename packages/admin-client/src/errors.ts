/** Facts that the server added to an error: safe to show. */
export type AdminApiErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An answer of the admin API that is no success, or no answer at all.
 *
 * Codes are the server's own dotted ones; three are the client's: `client.unreachable` (no answer; status 0),
 * `client.unexpected_answer` (an answer that is none of this API's), `client.no_action_id`.
 * `message` is the server's text for people. An abort is not an error of this kind: it rejects with the
 * signal's own reason.
 */
export class AdminApiError extends Error {
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** To be found in the server's log; null when there was no answer. */
  readonly requestId: string | null;
  readonly details: AdminApiErrorDetails;

  constructor(
    facts: {
      readonly code: string;
      readonly message: string;
      readonly status: number;
      readonly requestId?: string | null;
      readonly details?: AdminApiErrorDetails;
    },
    options: { cause?: unknown } = {},
  ) {
    super(facts.message, options);
    this.name = 'AdminApiError';
    this.code = facts.code;
    this.status = facts.status;
    this.requestId = facts.requestId ?? null;
    this.details = facts.details ?? {};
  }
}

const PROBLEM_MEMBERS = new Set([
  'type',
  'title',
  'status',
  'detail',
  'instance',
  'code',
  'requestId',
]);
const INNER_MEMBERS = new Set(['date', 'request-id', 'client-request-id']);

/** The error that an unsuccessful response stands for: problem details, Graph's envelope, or neither. */
export async function errorOfResponse(response: Response): Promise<AdminApiError> {
  const requestId = response.headers.get('request-id');
  const body = asRecord(parseJson(await response.text().catch(() => '')));
  const envelope = asRecord(body?.error);
  if (envelope && typeof envelope.code === 'string') {
    const inner = asRecord(envelope.innerError) ?? {};
    return new AdminApiError({
      code: envelope.code,
      message: textOr(envelope.message, response.statusText),
      status: response.status,
      requestId: textOr(inner['request-id'], requestId ?? '') || null,
      details: without(inner, INNER_MEMBERS),
    });
  }
  if (body && typeof body.code === 'string') {
    return new AdminApiError({
      code: body.code,
      message: textOr(body.detail, textOr(body.title, response.statusText)),
      status: response.status,
      requestId: textOr(body.requestId, requestId ?? '') || null,
      details: without(body, PROBLEM_MEMBERS),
    });
  }
  return new AdminApiError({
    code: 'client.unexpected_answer',
    message: `The server answered ${response.status} without saying why. Check that the address is that of a Moorline host.`,
    status: response.status,
    requestId,
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  // JSON's objects have only string keys, so the narrowing adds nothing but the name of the type.
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

function without(
  record: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): AdminApiErrorDetails {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.has(name)));
}
