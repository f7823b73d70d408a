import { defineTopic, type Topic } from '@moorline/bus';
import { sqlOf } from '@moorline/db';
import { sql } from 'kysely';
import { announce, LIVE } from '../../topics.ts';
import type { GroupsContext } from './context.ts';
import { evaluateChanges } from './evaluate-changes.ts';
import { evaluateGroup } from './evaluate-group.ts';
import { referencesOf } from './rule.ts';
import { noteGroupChange, readNextWake } from './store.ts';

/** A committed transaction may have noted changes to evaluate. A lost message costs one poll. */
export const GROUP_WORK: Topic<void> = defineTopic<void>('group-work');

/** Keeps the members as the rules say. */
export interface GroupReconciler {
  /** Evaluates what has changed and what has become due, until nothing of it is left. */
  evaluatePending(): Promise<void>;
  /**
   * Evaluates one group, or every one, for all devices, and stores what is right. What differs from what the
   * changes had led to is logged as an error. Answers how many memberships differed.
   */
  check(id?: string): Promise<number>;
  /** Does the first as changes come, and the second once a day, until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

const POLL_MS = 1000;
const REST_MS = 20;
const CHECK_PERIOD_MS = 24 * 3_600_000;

export function createGroupReconciler(context: GroupsContext): GroupReconciler {
  const { bus, clock, logger } = context;

  async function evaluateSome(): Promise<boolean> {
    return context.holding(async (tx, catalogue) => {
      const outcome = await evaluateChanges(tx, catalogue, clock.now());
      announce(bus, tx, 'collection', outcome.changedGroups, { uploadable: outcome.isNoted });
      return outcome.more;
    });
  }

  async function hasOwnGroups(): Promise<boolean> {
    return context.reading(async (_tx, catalogue) =>
      catalogue.ordered.some(({ isBuiltIn }) => !isBuiltIn),
    );
  }

  /** Whether there is something to do now; else when there will be. */
  async function lookAhead(): Promise<{ readonly isDue: boolean; readonly wakeAt: number | null }> {
    return context.reading(async (tx) => {
      const { rows } = await sql<{ any: boolean }>`select exists (select 1 from device_changes
        where authority_id = ${tx.authorityId}) as any`.execute(sqlOf(tx));
      const wakeAt = await readNextWake(tx);
      return { isDue: rows[0]?.any === true || (wakeAt !== null && wakeAt <= clock.now()), wakeAt };
    });
  }

  async function evaluatePending(): Promise<void> {
    while ((await lookAhead()).isDue) {
      while (await evaluateSome());
    }
  }

  async function checkOne(id: string): Promise<number> {
    // What is waiting is no disagreement.
    await evaluatePending();
    return context.holding(async (tx, catalogue) => {
      const group = catalogue.byId.get(id);
      if (!group || group.isBuiltIn) return 0;
      // One moment for both, or what has just become due would differ.
      const now = clock.now();
      while ((await evaluateChanges(tx, catalogue, now)).more);
      const startedAt = performance.now();
      const { entered, left, isNoted } = await evaluateGroup(tx, catalogue, group, now);
      const differing = entered.length + left.length;
      await sql`update groups set checked_at = ${new Date(now).toISOString()},
          check_ms = ${Math.round(performance.now() - startedAt)}
        where authority_id = ${tx.authorityId} and id = ${id}`.execute(sqlOf(tx));
      if (differing === 0) return 0;
      logger.error(
        {
          group: id,
          name: group.name,
          entered: entered.slice(0, 20),
          left: left.slice(0, 20),
          differing,
        },
        'members found by changes differ from those found by the check; the check is stored',
      );
      const isNamed = catalogue.ordered.some((other) => referencesOf(other).includes(id));
      if (isNamed) await noteGroupChange(tx, id, [...entered, ...left]);
      announce(bus, tx, 'collection', [id], { uploadable: isNoted });
      return differing;
    });
  }

  async function check(id?: string): Promise<number> {
    const ids = await context.reading(async (_tx, catalogue) =>
      catalogue.ordered.filter((group) => !group.isBuiltIn).map((group) => group.id),
    );
    let differing = 0;
    for (const each of id === undefined ? ids : ids.filter((other) => other === id)) {
      differing += await checkOne(each);
    }
    return differing;
  }

  async function changeLoop(signal: AbortSignal): Promise<void> {
    let wake: (() => void) | null = null;
    let isWoken = false;
    const onWork = (): void => {
      isWoken = true;
      wake?.();
    };
    using _live = bus.subscribe(LIVE, ({ topic }) => {
      if (topic === 'device') onWork();
    });
    using _work = bus.subscribe(GROUP_WORK, onWork);
    while (!signal.aborted) {
      isWoken = false;
      let restMs = REST_MS;
      try {
        // Without groups of their own nobody waits for anything, and nothing is noted.
        if (await hasOwnGroups()) await evaluatePending();
        else restMs = POLL_MS;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error }, 'collections are evaluated later');
      }
      // What is committed one after the other is evaluated together.
      await clock.sleep(restMs, { signal });
      if (isWoken) continue;
      const ended = new AbortController();
      wake = () => ended.abort();
      const either = AbortSignal.any([signal, ended.signal]);
      await clock.sleep(POLL_MS, { signal: either }).catch(() => {});
      wake = null;
    }
  }

  async function checkLoop(signal: AbortSignal): Promise<void> {
    for (;;) {
      await clock.sleep(CHECK_PERIOD_MS, { signal });
      try {
        await check();
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'collections are checked a day later');
      }
    }
  }

  return {
    evaluatePending,
    check,
    async run(signal) {
      await Promise.all([changeLoop(signal), checkLoop(signal)]);
    },
  };
}
