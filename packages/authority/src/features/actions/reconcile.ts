import type { ConnectorId } from '@moorline/kernel';
import { sql } from 'kysely';
import { type ActionParts, moveActions, ownHop } from './context.ts';
import type { ActionFiles } from './files.ts';
import { pruneEnded } from './prune.ts';
import { selectActions } from './store.ts';

const PERIOD_MS = 5_000;
const PRUNE_PERIOD_MS = 10 * 60_000;
const BATCH = 500;
/** An action that is on its way to another authority may have been taken there in its last second. */
const DELIVERY_GRACE_MS = 120_000;
const ANSWER_WITHIN_MS = 7 * 24 * 3_600_000;

/** How long a device that may have an action has to say whether it ends it. */
const CANCEL_ANSWER_MS = 30_000;

/** Ends actions whose time is over, goes on with what a stop left, and forgets what is old, until `signal` is aborted. */
export async function reconcileActions(
  deps: ActionParts,
  parts: { readonly resume: (signal: AbortSignal) => Promise<void>; readonly files: ActionFiles },
  signal: AbortSignal,
): Promise<void> {
  let prunedAt = 0;
  while (!signal.aborted) {
    await deps.clock.sleep(PERIOD_MS, { signal });
    try {
      while ((await expireActions(deps)) >= BATCH) signal.throwIfAborted();
      await parts.resume(signal);
      if (deps.clock.now() < prunedAt + PRUNE_PERIOD_MS) continue;
      prunedAt = deps.clock.now();
      await pruneEnded(deps, { signal });
      await parts.files.prune();
    } catch (error) {
      if (signal.aborted) return;
      deps.logger.warn({ err: error }, 'actions are expired later');
    }
  }
}

/** One round; answers how many actions it ended. */
export async function expireActions(deps: ActionParts): Promise<number> {
  const { profile, database, clock, remotes } = deps;
  const now = clock.now();
  return database.transaction(profile.authorityId, async (tx) => {
    const actions = await selectActions(
      tx,
      sql`(state in ('requested', 'awaitingApproval', 'authorized', 'queuedForDevice') and expires_at <= ${new Date(now)}
          or state = 'queued' and expires_at <= ${new Date(now - DELIVERY_GRACE_MS)}
          or origin is null and state in ('deliveredToDevice', 'running')
            and moved_at <= ${new Date(now - ANSWER_WITHIN_MS)}
          or origin is null and state = 'queuedForDevice' and cancel_open
            and cancel_requested_at <= ${new Date(now - CANCEL_ANSWER_MS)})`,
      { limit: BATCH, lock: 'skip' },
    );
    const advances = actions.map((action) => {
      const { state, origin } = action.row;
      const isUnanswered = action.row.cancel_open && origin === null && state === 'queuedForDevice';
      const hop = isUnanswered
        ? ownHop(
            deps,
            'cancelled',
            `Cancelled by ${action.row.cancel_requested_by}; the device did not answer.`,
          )
        : state === 'deliveredToDevice' || state === 'running'
          ? ownHop(deps, 'failed', 'The device has not answered within 7 days.')
          : origin === null
            ? ownHop(deps, 'expired', 'The device did not fetch it in time. Request it again.')
            : ownHop(
                deps,
                'expired',
                `${remotes?.describe(origin as ConnectorId).name ?? 'The other end'} was not connected in time. Request it again.`,
              );
      return { action, hops: [hop], result: null };
    });
    await moveActions(tx, deps, advances);
    return actions.length;
  });
}
