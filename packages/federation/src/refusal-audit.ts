import type { Database } from '@moorline/db';
import { createTokenBuckets } from '@moorline/http';
import {
  type AuthorityId,
  asMoorlineError,
  type Clock,
  type Json,
  type Logger,
  type MoorlineError,
} from '@moorline/kernel';
import type { RecordAudit } from './ports.ts';

export interface Refusal {
  readonly activity: string;
  readonly actor: string;
  readonly target: string | null;
  /** Names the origin of the attempt: of the same code from the same origin ten are recorded, then one a minute. */
  readonly origin: string;
  /** What else is known of it. */
  readonly details?: { readonly [key: string]: Json };
}

/**
 * Runs what may be refused: a refusal is recorded with its code in a transaction of its own (what it refused
 * was rolled back) and thrown on. Anything that is not a refusal passes through.
 */
export interface RefusalAudit {
  guard<T>(refusal: Refusal, work: () => Promise<T>): Promise<T>;
  record(refusal: Refusal, error: MoorlineError): Promise<void>;
}

export function createRefusalAudit(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
}): RefusalAudit {
  // A peer that knocks without end must not be able to fill the audit log.
  const room = createTokenBuckets(deps.clock, {
    capacity: 10,
    refillPerSecond: 1 / 60,
    maxKeys: 4096,
  });

  const record = async (refusal: Refusal, error: MoorlineError): Promise<void> => {
    const now = deps.clock.now();
    const key = `${error.code} ${refusal.origin}`;
    if (room.take(key) > 0) return;
    deps.logger.warn({ code: error.code, origin: refusal.origin }, 'refused');
    await deps.database.transaction(deps.authorityId, (tx) =>
      deps.audit(tx, {
        activity: refusal.activity,
        actor: refusal.actor,
        target: refusal.target,
        result: 'failure',
        details: {
          ...refusal.details,
          code: error.code,
          reason: error.message,
          origin: refusal.origin,
        },
        at: now,
      }),
    );
  };

  return {
    record,
    async guard(refusal, work) {
      try {
        return await work();
      } catch (thrown) {
        const error = asMoorlineError(thrown);
        if (error.kind === 'failure') await record(refusal, error);
        throw thrown;
      }
    },
  };
}
