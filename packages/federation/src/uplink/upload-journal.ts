import type { UploadState } from '@moorline/contracts/admin';
import { type Clock, type Logger, rfc3339 } from '@moorline/kernel';
import type { EncodedBatch } from './batch-encode.ts';

/** What was uploaded lately, and since when something waits. */
export interface UploadJournal {
  /** Something may have changed. */
  changed(): void;
  /** Everything that there is was acknowledged. */
  caughtUp(): void;
  acknowledged(batch: EncodedBatch, durationMs: number): void;
  /** Milliseconds since the epoch; null: nothing waits. */
  readonly behindSince: number | null;
  readonly batches: UploadState['batches'];
}

const KEPT = 10;
/** Batches that follow one another closely are one line of the log: the next that is told counts them in. */
const TOLD_EVERY_MS = 1000;

export function createUploadJournal(deps: {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the log: when the next run is. */
  readonly nextRun: () => string | null;
}): UploadJournal {
  const { clock, logger } = deps;
  let behindSince: number | null = null;
  let batches: UploadState['batches'] = [];
  let toldAt = Number.NEGATIVE_INFINITY;
  let untold = { batches: 0, records: 0, sizeBytes: 0 };

  const tell = (cursor: string): void => {
    toldAt = clock.now();
    logger.info({ ...untold, cursor, acknowledged: cursor, nextRun: deps.nextRun() }, 'uploaded');
    untold = { batches: 0, records: 0, sizeBytes: 0 };
  };

  return {
    changed() {
      behindSince ??= clock.now();
    },
    caughtUp() {
      behindSince = null;
    },
    acknowledged(batch, durationMs) {
      const now = clock.now();
      const sizeBytes = batch.body.byteLength;
      const entry = {
        acknowledgedDateTime: rfc3339(now),
        records: batch.records,
        sizeBytes,
        durationMs: Math.round(durationMs),
        cursor: batch.to,
      };
      batches = [entry, ...batches].slice(0, KEPT);
      untold = {
        batches: untold.batches + 1,
        records: untold.records + batch.records,
        sizeBytes: untold.sizeBytes + sizeBytes,
      };
      if (now - toldAt >= TOLD_EVERY_MS) tell(batch.to);
    },
    get behindSince() {
      return behindSince;
    },
    get batches() {
      return batches;
    },
  };
}
