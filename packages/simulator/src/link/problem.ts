import { MoorlineError } from '@moorline/kernel';
import { simulatorErrors } from '../errors.ts';
import type { RawAnswer } from './answer-parser.ts';

const LONGEST_WAIT_MS = 24 * 3_600_000;

/** The wait that an answer asks for; 0 when it asks for none. @spec RFC 9110 §10.2.3 */
export function retryAfterMs(answer: RawAnswer, nowMs: number): number {
  const text = answer.headers.get('retry-after');
  if (text === undefined) return 0;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

/** Parsed JSON; undefined when it is none. */
export function jsonOf(answer: RawAnswer): unknown {
  if (answer.body.length === 0) return undefined;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** An answer that is a refusal, as an error whose details have `status`, `code` and `retryAfterMs`. */
export function refusalOf(answer: RawAnswer, path: string, nowMs: number): MoorlineError {
  const body = jsonOf(answer);
  const text = (name: string): string | undefined => {
    const value: unknown =
      body !== null && typeof body === 'object' ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return simulatorErrors.refused({
    path,
    status: answer.status,
    code: text('code') ?? '',
    reason: text('detail') ?? text('title') ?? 'no reason was given.',
    retryAfterMs: retryAfterMs(answer, nowMs),
  });
}

/** What of an error decides when to try again. */
export function waitOf(error: unknown): { readonly status: number; readonly retryAfterMs: number } {
  if (!(error instanceof MoorlineError)) return { status: 0, retryAfterMs: 0 };
  const { status, retryAfterMs: wait } = error.details;
  return {
    status: typeof status === 'number' ? status : 0,
    retryAfterMs: typeof wait === 'number' ? wait : 0,
  };
}

/** The code to count an error under. */
export function codeOf(error: unknown): string {
  if (!(error instanceof MoorlineError)) return 'link.lost';
  const { code } = error.details;
  return typeof code === 'string' && code !== '' ? code : error.code;
}
