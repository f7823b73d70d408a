/**
 * Errors are of three kinds: a *failure* is expected and its caller can act on it; *unavailable* is
 * something outside that may answer later; a *bug* is ours. Codes are literal, dotted and never change.
 */
export type ErrorKind = 'failure' | 'unavailable' | 'bug';

/** One row of a feature's table of errors. */
export interface ErrorSpec {
  /** Dotted, stable: `attach.join_token_expired`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** HTTP status at the edge; failure defaults to 400, unavailable to 503, bug to 500. */
  readonly status?: number;
  /** For people: what happened, why, and what to do next. `{name}` is replaced from the details. */
  readonly text: string;
}

/** Typed facts that belong to an error; safe to show to the caller. */
export type ErrorDetails = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>;

const DEFAULT_STATUS: Readonly<Record<ErrorKind, number>> = {
  failure: 400,
  unavailable: 503,
  bug: 500,
};

export class MoorlineError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(spec: ErrorSpec, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(fill(spec.text, details), options);
    this.name = 'MoorlineError';
    this.code = spec.code;
    this.kind = spec.kind;
    this.status = spec.status ?? DEFAULT_STATUS[spec.kind];
    this.details = details;
  }
}

export type ErrorFactory = ((
  details?: ErrorDetails,
  options?: { cause?: unknown },
) => MoorlineError) & {
  readonly spec: ErrorSpec;
};

/**
 * Makes a feature's table of errors: `errors.tokenExpired({ tokenId })` builds the error, ready to throw;
 * `errors.tokenExpired.spec.code` is its code.
 */
export function defineErrors<const T extends Readonly<Record<string, ErrorSpec>>>(
  table: T,
): { readonly [K in keyof T]: ErrorFactory } {
  const entries = Object.entries(table).map(([name, spec]) => {
    const make = (details?: ErrorDetails, options?: { cause?: unknown }): MoorlineError =>
      new MoorlineError(spec, details, options);
    return [name, Object.assign(make, { spec })] as const;
  });
  return Object.fromEntries(entries) as { [K in keyof T]: ErrorFactory };
}

/** The error as this house's, whatever was thrown; anything unknown is a bug and shows nothing of itself. */
export function asMoorlineError(thrown: unknown): MoorlineError {
  if (thrown instanceof MoorlineError) return thrown;
  return new MoorlineError(UNEXPECTED, {}, { cause: thrown });
}

const UNEXPECTED: ErrorSpec = {
  code: 'internal.unexpected',
  kind: 'bug',
  text: 'Something went wrong on our side. The server log has the details under the request id.',
};

function fill(text: string, details: ErrorDetails): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name];
    return value === undefined ? whole : String(value);
  });
}
