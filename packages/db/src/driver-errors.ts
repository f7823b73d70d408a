import { dbErrors } from './errors.ts';

/** The SQLSTATE of what PostgreSQL answered; undefined when it was not PostgreSQL that spoke. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object)
    ? code
    : undefined;
}

/** serialization_failure, deadlock_detected: the same work may well succeed when it is run again. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

const LOST_MESSAGES = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'timeout exceeded when trying to connect',
  'Cannot use a pool after calling end on the pool',
];
const LOST_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * True when the server is gone, going or not there yet: class 08, the shutdowns of class 57P,
 * insufficient resources (53), or a broken connection. @spec PostgreSQL 18, appendix A
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return /^(08|53|57P0)/.test(state) || state === '25P03';
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && LOST_SYSTEM_CODES.has(code)) return true;
  return LOST_MESSAGES.some((message) => error.message.startsWith(message));
}

/** An error of the driver as the package gives it on: a lost server as `db.unavailable`, all else as it is. */
export function fromDriver(error: unknown): unknown {
  return isConnectionLoss(error) ? dbErrors.unavailable({}, { cause: error }) : error;
}
