import type { Database } from '@moorline/db';
import type { AuthorityId, Clock, Json, Logger } from '@moorline/kernel';
import { recordAudits } from '../audit/index.ts';

/** Something that was refused before it changed anything. */
export interface Refusal {
  /** Dotted, present tense: `enrolment.enrol`. */
  readonly activity: string;
  /** The error's code. */
  readonly code: string;
  /** Who tried: a device's id, a remote address. Unverified where nothing was proved. */
  readonly actor: string;
  readonly target: string | null;
  readonly details?: Readonly<Record<string, Json>>;
}

/**
 * Audits refusals without letting a flood fill the log: in each window the first of a kind (activity, code,
 * actor, target) is recorded, repeats are counted, and the window's end records the count. Kinds beyond the
 * window's allowance are counted together per activity and code.
 */
export interface Refusals {
  /**
   * Returns at once; the record is written soon after, in a transaction of its own.
   * @param error what refused: of one error only the first record is taken, so that it may be recorded where
   *   most is known of it and again where everything passes by
   */
  record(refusal: Refusal, error?: Error): void;
  /** Ends windows until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes what is pending, and closes the window. */
  flush(): Promise<void>;
}

const WINDOW_MS = 60_000;
const KINDS_PER_WINDOW = 100;

interface Counted {
  readonly refusal: Refusal;
  repeats: number;
}

export function createRefusals(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}): Refusals {
  const { authorityId, database, clock, logger } = deps;
  let window = new Map<string, Counted>();
  let overflow = new Map<string, Counted>();
  let pending: { refusal: Refusal; at: number; repeats: number }[] = [];
  let writing: Promise<void> | null = null;
  const recorded = new WeakSet<Error>();

  async function drain(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      try {
        const records = batch.map(({ refusal, at, repeats }) => ({
          activity: refusal.activity,
          actor: refusal.actor,
          target: refusal.target,
          result: 'failure' as const,
          details: {
            ...refusal.details,
            code: refusal.code,
            ...(repeats > 0 ? { repeats } : {}),
          },
          at,
        }));
        await database.transaction(authorityId, (tx) => recordAudits(tx, records));
      } catch (error) {
        logger.error({ err: error, records: batch.length }, 'refusals could not be audited');
      }
    }
  }

  function write(refusal: Refusal, repeats: number): void {
    logger.info({ ...refusal, repeats }, 'refused');
    pending.push({ refusal, at: clock.now(), repeats });
    writing ??= drain().finally(() => {
      writing = null;
    });
  }

  function closeWindow(): void {
    const ended = [...window.values(), ...overflow.values()];
    window = new Map();
    overflow = new Map();
    for (const { refusal, repeats } of ended) {
      if (repeats > 0) write(refusal, repeats);
    }
  }

  return {
    record(refusal, error) {
      if (error) {
        if (recorded.has(error)) return;
        recorded.add(error);
      }
      const kind = JSON.stringify([refusal.activity, refusal.code, refusal.actor, refusal.target]);
      const known = window.get(kind);
      if (known) {
        known.repeats++;
      } else if (window.size < KINDS_PER_WINDOW) {
        window.set(kind, { refusal, repeats: 0 });
        write(refusal, 0);
      } else {
        const group = `${refusal.activity} ${refusal.code}`;
        const counted = overflow.get(group) ?? {
          refusal: { activity: refusal.activity, code: refusal.code, actor: 'many', target: null },
          repeats: 0,
        };
        counted.repeats++;
        overflow.set(group, counted);
      }
    },
    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(WINDOW_MS, { signal });
        closeWindow();
      }
    },
    async flush() {
      closeWindow();
      while (writing) await writing;
    },
  };
}
