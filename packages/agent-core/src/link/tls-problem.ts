import type { MoorlineError } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';

const UNTRUSTED = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
// The alerts with which a server turns down a client's certificate. RFC 8446 §6.2
const CERTIFICATE_ALERT =
  /ALERT_(BAD_CERTIFICATE|CERTIFICATE_(EXPIRED|REVOKED|REQUIRED|UNKNOWN)|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/;

/** What kept a connection from being made or broke it, as one of the agent's errors. */
export function connectionProblem(url: string, cause: unknown): MoorlineError {
  const code = codeOf(cause);
  const details = { url, reason: reasonOf(cause, code) };
  if (UNTRUSTED.has(code)) return agentErrors.serverUntrusted(details, { cause });
  if (CERTIFICATE_ALERT.test(code)) return agentErrors.certificateRejected(details, { cause });
  return agentErrors.unreachable(details, { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : '';
}

function reasonOf(cause: unknown, code: string): string {
  // Several addresses were tried: each failure has its own message, the sum has none.
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return reasonOf(cause.errors[0], codeOf(cause.errors[0]));
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.length > 0 && message.length < 200 ? message : code || 'the connection failed';
}
