import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  asMoorlineError,
  type Clock,
  type Logger,
  type MoorlineError,
} from '@moorline/kernel';
import type { RecordAudit } from './ports.ts';

export interface Refusal {
  readonly activity: string;
  readonly actor: string;
  readonly target: string | null;
  /** Names the origin of the attempt: the same code from the same origin is recorded once a minute. */
  readonly origin: string;
}

/**
 * Runs what may be refused: a refusal is recorded with its code in a transaction of its own (what it refused
 * was rolled back) and thrown on. Anything that is not a refusal passes through.
 */
export interface RefusalAudit {
  guard<T>(refusal: Refusal, work: () => Promise<T>): Promise<T>;
  record(refusal: Refusal, error: MoorlineError): Promise<void>;
}

const REPEAT_MS = 60_000;
const REMEMBERED = 4096;

export function createRefusalAudit(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
}): RefusalAudit {
  const recent = new Map<string, number>();

  // A peer that knocks without end must not be able to fill the audit log.
  const isRepeat = (key: string, now: number): boolean => {
    const last = recent.get(key);
    if (last !== undefined && now - last < REPEAT_MS) return true;
    recent.delete(key);
    recent.set(key, now);
    if (recent.size > REMEMBERED) {
      for (const oldest of recent.keys()) {
        recent.delete(oldest);
        break;
      }
    }
    return false;
  };

  const record = async (refusal: Refusal, error: MoorlineError): Promise<void> => {
    const now = deps.clock.now();
    if (isRepeat(`${error.code} ${refusal.origin}`, now)) return;
    deps.logger.warn({ code: error.code, origin: refusal.origin }, 'refused');
    await deps.database.transaction(deps.authorityId, (tx) =>
      deps.audit(tx, {
        activity: refusal.activity,
        actor: refusal.actor,
        target: refusal.target,
        result: 'failure',
        details: { code: error.code, reason: error.message, origin: refusal.origin },
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
