import { BATCH_HEADERS, comparePositions, FEDERATION_PATHS } from '@moorline/contracts/federation';
import {
  asMoorlineError,
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
  MoorlineError,
} from '@moorline/kernel';
import type { EncodedBatch, NextBatch } from './batch-encode.ts';
import type { UploadCursors } from './cursor-store.ts';
import { problemOf } from './problem.ts';
import type { TenantClient } from './tenant-client.ts';
import type { UploadJournal } from './upload-journal.ts';
import { type Permit, permitOf, spanOf } from './upload-schedule.ts';
import type { UploadChoices } from './upload-settings.ts';
import type { Wakeup } from './wakeup.ts';

export interface UploadProgress {
  /** Why the last batch did not get through; null when it did. */
  readonly problem: string | null;
}

export interface Upload {
  /** The batch that a run from `cursor` begins with, made while there is no uplink yet; undefined: there is none. */
  ahead(cursor: string): Promise<EncodedBatch | undefined>;
  /**
   * Sends what changed, from `cursor` on, until the signal is aborted. Returns `hello` when the tenant has to be
   * greeted anew: it holds another epoch, or a position that this log cannot go on from.
   */
  run(options: {
    readonly client: TenantClient;
    readonly epoch: string;
    readonly cursor: string;
    /** Taken when it begins at `cursor`. */
    readonly ahead: Promise<EncodedBatch | undefined>;
    readonly signal: AbortSignal;
  }): Promise<'hello' | 'stopped'>;
}

const RETRY: BackoffPolicy = { firstMs: 500, maxMs: 60_000 };
/** Batches on their way at once: one being stored, one made ready for it, one unpacked, one sent. */
const IN_FLIGHT = 4;
/**
 * Records of the first batch, which is read while the uplink is dialled, and of the largest; each is twice the one
 * before.
 */
const FIRST_RECORDS = 1000;
const MOST_RECORDS = 4000;
/** Changes that come within this of each other go in one batch. */
const GATHER_MS = 10;
/**
 * A change may stay unseen while an older transaction is open, and its end wakes nobody: after a wake-up the
 * log is looked at again at growing intervals, up to the last of them.
 */
const FIRST_LOOK_MS = 25;
/** Settings and clocks are looked at again at the latest after this. */
const LONGEST_PAUSE_MS = 60_000;
const LAST_LOOK_MS = 5000;

export function createUpload(deps: {
  readonly nextBatch: NextBatch;
  readonly cursors: UploadCursors;
  readonly wakeup: Wakeup;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly choices: Pick<UploadChoices, 'current' | 'known'>;
  readonly journal: UploadJournal;
  /** What may leave while batches wait: it has until `signal` is aborted. */
  readonly meanwhile: (client: TenantClient, cursor: string, signal: AbortSignal) => Promise<void>;
  readonly onProgress: (progress: UploadProgress) => void;
  /** Batches wait, or go on. */
  readonly onPermit: (permit: Permit) => void;
  readonly onBegin: () => void;
  /** Everything that was there is acknowledged. */
  readonly onCaughtUp: () => Promise<void>;
}): Upload {
  const { nextBatch, cursors, wakeup, clock, entropy, logger, choices, journal } = deps;
  /** When the last run came to its end; null: one is under way. */
  let lastRunAt: number | null = null;

  /** Until when the bandwidth that was used up lasts. */
  let restUntil = 0;

  const permit = (): Permit =>
    permitOf(choices.known().settings, { lastRunAt, restUntil, now: clock.now() });

  /** Batches were not stopped since it was read, and what may leave is what it was. */
  const mayLeave = (batch: EncodedBatch): boolean =>
    batch.settingsVersion === choices.known().version && permit().kind === 'now';

  /** Waits until a batch may leave, or the signal is aborted. */
  const awaitPermit = async (
    client: TenantClient,
    cursor: string,
    signal: AbortSignal,
  ): Promise<void> => {
    await choices.current();
    for (let now = permit(); !signal.aborted; now = permit()) {
      deps.onPermit(now);
      if (now.kind === 'now') return;
      const woken = new AbortController();
      const aside = deps.meanwhile(client, cursor, AbortSignal.any([signal, woken.signal]));
      try {
        const pauseMs = now.at === null ? LONGEST_PAUSE_MS : now.at - clock.now();
        await wakeup.wait(Math.min(pauseMs, LONGEST_PAUSE_MS), signal);
        await choices.current();
      } finally {
        woken.abort();
        await aside;
      }
    }
  };

  /** The next batch behind `cursor`, waited for; undefined at the end. */
  const awaitBatch = async (
    cursor: string,
    signal: AbortSignal,
  ): Promise<EncodedBatch | undefined> => {
    let pauseMs = FIRST_LOOK_MS;
    while (!signal.aborted) {
      const batch = await nextBatch(cursor, FIRST_RECORDS);
      if (batch) return batch;
      journal.caughtUp();
      await deps.onCaughtUp();
      if (await wakeup.wait(pauseMs, signal)) {
        await clock.sleep(GATHER_MS, { signal }).catch(() => {});
        wakeup.reset();
        pauseMs = FIRST_LOOK_MS;
      } else {
        pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 2);
      }
    }
    return undefined;
  };

  const post = async (
    client: TenantClient,
    epoch: string,
    batch: EncodedBatch,
    signal: AbortSignal,
  ): Promise<string> => {
    const answer = await client.post(FEDERATION_PATHS.batches, batch.body, {
      signal,
      headers: {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        [BATCH_HEADERS.epoch]: epoch,
        [BATCH_HEADERS.from]: batch.from,
        [BATCH_HEADERS.to]: batch.to,
        [BATCH_HEADERS.more]: batch.more ? '1' : '0',
      },
    });
    if (answer.status !== 200) throw problemOf(answer);
    return batch.to;
  };

  /** What to do about a batch that did not get through. */
  const recover = async (
    thrown: unknown,
    cursor: string,
    wasBehind: boolean,
  ): Promise<
    | { readonly kind: 'hello' }
    | { readonly kind: 'from'; readonly cursor: string }
    | { readonly kind: 'wait'; readonly error: MoorlineError }
  > => {
    const error = thrown instanceof MoorlineError ? thrown : asNetworkError(thrown);
    if (error.code === 'uplink.epoch_unknown') return { kind: 'hello' };
    const held = error.details.cursor;
    if (error.code === 'uplink.cursor_mismatch' && typeof held === 'string') {
      const resumed = await cursors.resume(held);
      if (resumed.kind === 'newEpoch') return { kind: 'hello' };
      // Where this began is no news: then there is something to wait for, unless it overtook the one before it.
      if (wasBehind || comparePositions(resumed.cursor, cursor) !== 0) return resumed;
    }
    return { kind: 'wait', error };
  };

  const run: Upload['run'] = async ({ client, epoch, cursor: start, ahead, signal }) => {
    let cursor = start;
    let failures = 0;
    let flight: Flight[] = [];
    let limit = FIRST_RECORDS;
    let prepared = await ahead;
    deps.onBegin();

    const send = async (batch: EncodedBatch): Promise<void> => {
      await cursors.sending(cursor, batch.to);
      lastRunAt = null;
      const arrived = post(client, epoch, batch, signal);
      arrived.catch(() => {}); // seen where it is awaited, in its turn
      flight.push({ batch, arrived, isBehind: flight.length > 0, sentAt: clock.now() });
    };

    /** The next batch that may leave; undefined: the run is over. */
    const first = async (): Promise<EncodedBatch | undefined> => {
      for (;;) {
        await awaitPermit(client, cursor, signal);
        const batch = prepared?.from === cursor ? prepared : await awaitBatch(cursor, signal);
        prepared = undefined;
        if (!batch || mayLeave(batch)) return batch;
      }
    };

    /** Reads, packs and sends while earlier batches are on their way; the tenant applies them in order. */
    const fill = async (): Promise<void> => {
      if (flight.length === 0) {
        const batch = await first();
        limit = FIRST_RECORDS;
        if (batch) await send(batch);
      }
      const { bandwidthKilobytesPerSecond: bandwidth } = choices.known().settings;
      const most = bandwidth === null ? IN_FLIGHT : 1;
      for (let last = flight.at(-1); last?.batch.more && flight.length < most; ) {
        limit = Math.min(MOST_RECORDS, limit * 2);
        const next = await nextBatch(last.batch.to, limit);
        if (!next || !mayLeave(next)) break;
        await send(next);
        last = flight.at(-1);
      }
    };

    while (!signal.aborted) {
      try {
        await fill();
        const head = flight[0];
        if (!head) break;
        cursor = await head.arrived;
        flight.shift();
        const durationMs = clock.now() - head.sentAt;
        journal.acknowledged(head.batch, durationMs);
        if (!head.batch.more) lastRunAt = clock.now();
        if (flight.length === 0) await cursors.acknowledged(cursor);
        failures = 0;
        deps.onProgress({ problem: null });
        restUntil = head.sentAt + spanOf(choices.known().settings, head.batch.body.byteLength);
      } catch (thrown) {
        await Promise.allSettled(flight.map(({ arrived }) => arrived));
        const wasBehind = flight[0]?.isBehind ?? false;
        flight = [];
        if (signal.aborted) break;
        const course = await recover(thrown, cursor, wasBehind);
        if (course.kind === 'hello') return 'hello';
        if (course.kind === 'from') {
          cursor = course.cursor;
          continue;
        }
        const { error } = course;
        logger.warn({ err: error, code: error.code, cursor }, 'a batch did not get through');
        deps.onProgress({ problem: error.message });
        await clock.sleep(backoffMs(RETRY, failures++, entropy), { signal }).catch(() => {});
      }
    }
    await Promise.allSettled(flight.map(({ arrived }) => arrived)); // nothing is left running behind
    return 'stopped';
  };

  return {
    run,
    // It is made again when it is needed: what fails here fails there too, and is told there.
    ahead: (cursor) => nextBatch(cursor, FIRST_RECORDS).catch(() => undefined),
  };
}

interface Flight {
  readonly batch: EncodedBatch;
  /** Sent while others were on their way. */
  readonly isBehind: boolean;
  readonly sentAt: number;
  /** The position that the tenant acknowledged. */
  readonly arrived: Promise<string>;
}

function asNetworkError(thrown: unknown): MoorlineError {
  const error = asMoorlineError(thrown);
  return new MoorlineError(
    {
      code: 'uplink.interrupted',
      kind: 'unavailable',
      text: `The tenant did not take the last batch: ${thrown instanceof Error ? thrown.message : 'the connection failed'}. It is sent again.`,
    },
    {},
    { cause: error.cause ?? thrown },
  );
}
