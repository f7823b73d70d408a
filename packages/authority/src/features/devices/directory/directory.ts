import type { Bus } from '@moorline/bus';
import type { OrderBy, QueryOptions } from '@moorline/codecs/odata';
import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  backoffMs,
  type Clock,
  type Logger,
  systemEntropy,
} from '@moorline/kernel';
import { pageSize } from '../../../listing/list.ts';
import { listOrder } from '../../../listing/page.ts';
import { DEVICE_ROWS } from '../../../topics.ts';
import { deviceColumns } from '../entity.ts';
import type { DeviceGroup } from '../overview.ts';
import type { Presentation } from '../present.ts';
import { createDirectoryCopy, isSparse, type Suspect } from './copy.ts';
import { createLowerCase } from './lower-case.ts';
import { createPace } from './pace.ts';
import { answerPage, type DirectoryPage, narrowsOf, textsOf } from './query.ts';
import { scanCount } from './scan.ts';
import { createCandidates } from './select-range.ts';
import { scanGroups } from './totals.ts';

/**
 * The authority's devices as columns in memory, from which lists, counts and totals are answered in one pass. It
 * only ever repeats what the database says: every answer is null while it cannot be sure of itself, and then the
 * database is asked. What was announced before a question is in its answer.
 */
export interface DeviceDirectory {
  /** Which devices are on the page. @throws `odata.skiptoken_invalid` */
  page(options: QueryOptions, presentation: Presentation): Promise<DirectoryPage | null>;
  /** How many match `$filter` and `$search`. */
  count(options: QueryOptions, presentation: Presentation): Promise<number | null>;
  /** What totals are made of. */
  groups(now: number): Promise<readonly DeviceGroup[] | null>;
  /** Loads, follows what is announced and compares itself with the database, until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
  readonly isLoaded: boolean;
}

/** Announced rows are read once nothing was announced for so long, or when they have waited too long, or are too many. */
const QUIET_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A full upload of a large fleet is over before this many have come: its rows are read after it, not beside it. */
const MOST_WAITING = 250_000;
/** Who asks does not wait for more rows than this to be read: the database answers. */
const MOST_AWAITED = 20_000;
/** Time between two comparisons of some thousand rows: a million rows in 20 minutes. */
const COMPARISON_MS = 5000;
/** By then, what was committed before a comparison is announced. */
const ANNOUNCED_WITHIN_MS = 1000;
const RETRY = { firstMs: 1000, maxMs: 300_000 } as const;

export function createDeviceDirectory(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly agents: Presentation['agents'];
  readonly defaultOrder: readonly OrderBy[];
}): DeviceDirectory {
  const { authorityId, database, bus, clock, logger, agents, defaultOrder } = deps;
  const lowerCase = createLowerCase(database, authorityId);
  const candidates = createCandidates();
  // What rows are read by does not depend on the time; what is asked of them does.
  const copy = createDirectoryCopy({ authorityId, database, columns: deviceColumns(agents, 0) });
  let isRunning = false;
  let wake: (() => void) | null = null;

  /** Runs `answer` when the table has what was announced by now; null when that cannot be had. */
  async function answered<T>(answer: () => Promise<T | null>): Promise<T | null> {
    if (!isRunning || !copy.table || copy.announced > MOST_AWAITED) return null;
    try {
      await copy.catchUp();
    } catch (err) {
      logger.debug({ err }, 'the device directory is behind; the database answers');
      return null;
    }
    return answer();
  }

  function nextAnnouncement(signal: AbortSignal): Promise<void> {
    if (copy.announced > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      wake = () => {
        wake = null;
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
    });
  }

  /** Waits for more of a burst: rows that change again meanwhile are read once. */
  async function burstOver(signal: AbortSignal): Promise<void> {
    const since = clock.now();
    for (let before = -1; before !== copy.announced; ) {
      before = copy.announced;
      await clock.sleep(QUIET_MS, { signal });
      if (clock.now() - since >= LONGEST_WAIT_MS || copy.announced >= MOST_WAITING) return;
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      await nextAnnouncement(signal);
      await burstOver(signal);
      try {
        await copy.catchUp();
        failures = 0;
      } catch (err) {
        logger.debug({ err }, 'changed devices are read later');
        await clock.sleep(backoffMs(RETRY, failures++, systemEntropy), { signal });
      }
    }
  }

  async function load(signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; ) {
      const startedAt = performance.now();
      try {
        await copy.load(signal);
        const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
        const size = copy.table?.sizeBytes() ?? 0;
        logger.info(
          { devices: copy.table?.count ?? 0, seconds, megabytes: Math.round(size / 2 ** 20) },
          'device directory loaded',
        );
        return;
      } catch (err) {
        if (signal.aborted) throw err;
        logger.warn({ err }, 'the device directory is loaded later; the database answers lists');
        await clock.sleep(backoffMs(RETRY, failures++, systemEntropy), { signal });
      }
    }
  }

  async function verify(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(COMPARISON_MS, { signal });
      try {
        const { suspects, isRoundOver } = await copy.compareNext();
        await settle(suspects, signal);
        if (isRoundOver && copy.table && isSparse(copy.table)) await load(signal);
      } catch (err) {
        if (signal.aborted) throw err;
        logger.debug({ err }, 'the device directory is compared later');
      }
    }
  }

  /** Reads again what differs although nobody announced it. */
  async function settle(suspects: readonly Suspect[], signal: AbortSignal): Promise<void> {
    if (suspects.length === 0) return;
    await clock.sleep(ANNOUNCED_WITHIN_MS, { signal });
    const missed = suspects.filter(
      ({ id, version }) => !copy.isAnnounced(id) && copy.versionOf(id) === version,
    );
    if (missed.length === 0) return;
    const changed = await copy.reread(missed.map(({ id }) => id));
    if (changed > 0) {
      logger.warn({ devices: changed }, 'devices had changed unannounced and were read again');
    }
  }

  return {
    get isLoaded() {
      return isRunning && copy.table !== null;
    },
    page: (options, presentation) =>
      answered(async () => {
        const columns = deviceColumns(agents, presentation.now);
        const order = listOrder(options, columns, defaultOrder);
        const keys = options.orderBy.length > 0 ? options.orderBy : defaultOrder;
        const lower = await lowerCase(textsOf(options));
        return copy.use((table) =>
          answerPage(
            table,
            { options, presentation, lower },
            { order, properties: keys.map(({ property }) => property), top: pageSize(options) },
            { candidates, pace: createPace() },
          ),
        );
      }),
    count: (options, presentation) =>
      answered(async () => {
        const lower = await lowerCase(textsOf(options));
        return copy.use((table) =>
          scanCount(table, narrowsOf(table, { options, presentation, lower }), createPace()),
        );
      }),
    groups: (now) => answered(() => copy.use((table) => scanGroups(table, now, createPace()))),
    async run(signal) {
      const subscription = bus.subscribe(DEVICE_ROWS, (ids) => {
        copy.announce(ids);
        wake?.();
      });
      try {
        isRunning = true;
        await load(signal);
        await Promise.all([follow(signal), verify(signal)]);
      } finally {
        isRunning = false;
        subscription[Symbol.dispose]();
      }
    },
  };
}
