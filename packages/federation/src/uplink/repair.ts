import type { UploadState } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  asMoorlineError,
  type Clock,
  type Logger,
  rfc3339,
} from '@moorline/kernel';
import { DIGEST_BUCKETS, type UploadSource } from '@moorline/model/ports';
import type { createCompareDigests } from './digests.ts';
import { uploadErrors } from './errors.ts';
import type { TenantClient } from './tenant-client.ts';
import { selectionOf, type UploadChoices } from './upload-settings.ts';
import { createWakeup } from './wakeup.ts';

export type DigestState = UploadState['digest'];

/** Compares site and tenant, and makes what differs be told again. */
export interface Repair {
  readonly state: DigestState;
  /** Compares now. @throws `upload.not_connected`, `upload.not_compared` */
  compare(): Promise<void>;
  /** Everything there is was acknowledged: a repair that was under way is complete. */
  caughtUp(): void;
  /** Compares from time to time, while the uplink is open. */
  run(client: TenantClient, epoch: string, signal: AbortSignal): Promise<void>;
}

const FIRST_MS = 30_000;
const PERIOD_MS = 3_600_000;
/** After a repair, or a comparison that failed. */
const AGAIN_MS = 60_000;
/** So many repairs in a row that did not help are no matter of time. */
const ROUNDS = 2;

export function createRepair(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly source: () => UploadSource;
  readonly choices: Pick<UploadChoices, 'current'>;
  readonly compareDigests: ReturnType<typeof createCompareDigests>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Why there is no uplink. */
  readonly reason: () => string;
  /** Something was noted in the change log. */
  readonly onNoted: () => void;
  readonly onState: () => void;
}): Repair {
  const { authorityId, database, choices, clock, logger } = deps;
  const wakeup = createWakeup(clock);
  let state: DigestState = {
    state: 'notCompared',
    comparedDateTime: null,
    disagreesSinceDateTime: null,
    differingDevices: 0,
    buckets: 0,
    skippedBuckets: 0,
  };
  let rounds = 0;
  /** Buckets that differed, and were not seen to agree since. */
  let pending: ReadonlySet<number> = new Set();
  let link: { client: TenantClient; epoch: string; signal: AbortSignal } | null = null;

  const compareOnce = async (): Promise<void> => {
    if (!link) throw uploadErrors.notConnected({ reason: deps.reason() });
    const { client, epoch, signal } = link;
    const { settings } = await choices.current();
    const found = await deps.compareDigests(client, epoch, selectionOf(settings), signal);
    const { changed, departed, differing, skipped } = found;
    if (skipped.size > DIGEST_BUCKETS / 2) {
      throw new Error('most devices are changing, and what changes cannot be compared');
    }
    // What differed and is under way again has not been seen to agree yet.
    const waiting = [...pending].filter((bucket) => skipped.has(bucket));
    pending = new Set([...waiting, ...differing]);
    const now = rfc3339(clock.now());
    if (differing.length > 0) rounds += 1;
    else if (pending.size === 0) rounds = 0;
    const isAgreed = pending.size === 0;
    state = {
      state: isAgreed ? 'agrees' : rounds > ROUNDS ? 'disagrees' : 'repairing',
      comparedDateTime: now,
      disagreesSinceDateTime: isAgreed ? null : (state.disagreesSinceDateTime ?? now),
      differingDevices:
        differing.length > 0 || isAgreed
          ? changed.length + departed.length
          : state.differingDevices,
      buckets: DIGEST_BUCKETS,
      skippedBuckets: skipped.size,
    };
    if (changed.length + departed.length > 0) {
      logger.warn(
        { changed: changed.length, departed: departed.length, rounds },
        'site and tenant differ: what differs is told again',
      );
      await database.transaction(authorityId, (tx) =>
        deps.source().noteDevices(tx, { changed, departed }),
      );
      deps.onNoted();
    }
    deps.onState();
  };

  return {
    get state() {
      return state;
    },
    async compare() {
      try {
        await compareOnce();
      } catch (thrown) {
        const error = asMoorlineError(thrown);
        if (error.code === uploadErrors.notConnected.spec.code) throw error;
        const reason = `${(thrown instanceof Error ? thrown.message : error.message).replace(/\.?$/, '.')}`;
        throw uploadErrors.notCompared({ reason }, { cause: thrown });
      }
    },
    caughtUp() {
      if (state.state === 'repairing') wakeup.wake();
    },
    async run(client, epoch, signal) {
      link = { client, epoch, signal };
      let pauseMs = FIRST_MS;
      try {
        while (!signal.aborted) {
          await wakeup.wait(pauseMs, signal);
          if (signal.aborted) return;
          try {
            await compareOnce();
            pauseMs = state.state === 'agrees' ? PERIOD_MS : AGAIN_MS;
          } catch (err) {
            if (signal.aborted) return;
            logger.info({ err }, 'site and tenant are compared later');
            pauseMs = AGAIN_MS;
          }
        }
      } finally {
        link = null;
      }
    },
  };
}
