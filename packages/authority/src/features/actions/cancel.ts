import { recordset, sqlOf } from '@moorline/db';
import { type ActionId, type ConnectorId, type DeviceId, rfc3339 } from '@moorline/kernel';
import {
  type ActionHop,
  type Actor,
  actorName,
  ENDABLE_KINDS,
  isFinalState,
  isWithDevice,
} from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { type ActionParts, changed, moveActions, ownHop } from './context.ts';
import { requesterOf } from './request.ts';
import type { Advance, StoredAction } from './store.ts';

/** What cancelling an action comes to. */
type Step =
  | { readonly kind: 'ended'; readonly hop: ActionHop }
  /** Whoever has it is asked. */
  | { readonly kind: 'asked'; readonly reason: string }
  | { readonly kind: 'tooLate'; readonly hint: string };

/** What became of each; the actions as they stand then. */
export interface Cancelled {
  readonly actions: readonly StoredAction[];
  readonly tooLate: readonly { readonly action: StoredAction; readonly hint: string }[];
}

/**
 * Cancels actions that the transaction has locked: those that are here end, for the others whoever has them is asked
 * after the commit. One that is cancelled, or was asked for before, stays as it is.
 */
export async function cancelStored(
  tx: Transaction,
  deps: ActionParts,
  actor: Actor,
  actions: readonly StoredAction[],
): Promise<Cancelled> {
  const now = deps.clock.now();
  const advances: Advance[] = [];
  const asked: StoredAction[] = [];
  const standing: StoredAction[] = [];
  const tooLate: { action: StoredAction; hint: string }[] = [];
  for (const action of actions) {
    const { row } = action;
    if (row.state === 'cancelled' || (row.cancel_open && !isFinalState(row.state))) {
      standing.push(action);
      continue;
    }
    const step = stepOf(deps, actor, action);
    if (step.kind === 'tooLate') {
      tooLate.push({ action, hint: step.hint });
      standing.push(action);
    } else if (step.kind === 'ended') {
      advances.push({ action, hops: [step.hop], result: null });
      standing.push({
        row: { ...row, state: step.hop.state },
        hops: [...action.hops, step.hop],
      });
    } else {
      const marked: StoredAction = {
        ...action,
        row: {
          ...row,
          cancel_requested_at: new Date(now),
          cancel_requested_by: requesterOf(actor, deps.profile.name),
          cancel_actor: actor,
          cancel_reason: step.reason,
          cancel_open: true,
        },
      };
      asked.push(marked);
      standing.push(marked);
    }
  }
  await moveActions(tx, deps, advances);
  await mark(tx, asked);
  await changed(
    tx,
    deps,
    asked.map(({ row }) => row),
  );
  tx.afterCommit(() => {
    for (const { row } of asked) {
      if (row.origin === null) {
        deps.nudger.nudge((row.performer_id ?? row.device_id) as DeviceId, { actions: true });
      }
    }
    const origins = new Set(asked.flatMap(({ row }) => (row.origin === null ? [] : [row.origin])));
    for (const origin of origins) deps.remotes?.actionsQueued(origin as ConnectorId);
  });
  return { actions: standing, tooLate };
}

function stepOf(deps: ActionParts, actor: Actor, { row }: StoredAction): Step {
  if (isFinalState(row.state)) return { kind: 'tooLate', hint: 'See its trail for how it ended.' };
  if (row.state === 'running' && !ENDABLE_KINDS.includes(row.kind)) {
    return { kind: 'tooLate', hint: 'See its trail for how it ends.' };
  }
  const end: Step = {
    kind: 'ended',
    hop: ownHop(deps, 'cancelled', `Cancelled by ${actorName(actor)}.`),
  };
  if (row.origin === null) {
    if (isWithDevice(row.state)) {
      return { kind: 'asked', reason: 'The device has it and is being asked to end it.' };
    }
    // One that is connected may have fetched it: its word decides.
    const mayHaveFetched =
      row.state === 'queuedForDevice' &&
      deps.presence.isConnected((row.performer_id ?? row.device_id) as DeviceId);
    return mayHaveFetched
      ? { kind: 'asked', reason: 'The device may have it and is being asked to end it.' }
      : end;
  }
  const origin = row.origin as ConnectorId;
  const isHere = row.state === 'queued' || row.state === 'requested';
  const id = row.id as ActionId;
  if (isHere && !deps.remotes?.mayHave(origin, { id, requestedAt: row.requested_at.getTime() })) {
    return end;
  }
  const { name, online } = deps.remotes?.describe(origin) ?? { name: origin, online: false };
  return {
    kind: 'asked',
    reason: online
      ? `${name} may have it and is being asked to end it.`
      : `${name} may have it, and is asked to end it when it connects.`,
  };
}

/** Writes that whoever has them is to be asked, in one statement. */
async function mark(tx: Transaction, actions: readonly StoredAction[]): Promise<void> {
  if (actions.length === 0) return;
  const rows = actions.map(({ row }) => ({
    id: row.id,
    at: row.cancel_requested_at && rfc3339(row.cancel_requested_at.getTime()),
    requester: row.cancel_requested_by,
    actor: row.cancel_actor,
    reason: row.cancel_reason,
  }));
  await sql`update actions a set cancel_requested_at = t.at, cancel_requested_by = t.requester,
      cancel_actor = t.actor, cancel_reason = t.reason, cancel_open = true
    from ${recordset(rows, { id: 'uuid', at: 'timestamptz', requester: 'text', actor: 'jsonb', reason: 'text' })}
    where a.authority_id = ${tx.authorityId} and a.id = t.id`.execute(sqlOf(tx));
}

/** What is said of a cancellation from now on; nobody is asked any more, and the action stays as it is. */
export async function settleCancel(tx: Transaction, id: string, reason: string): Promise<void> {
  await sql`update actions set cancel_open = false, cancel_reason = ${reason.slice(0, 2000)},
      cancel_requested_at = coalesce(cancel_requested_at, moved_at)
    where authority_id = ${tx.authorityId} and id = ${id}`.execute(sqlOf(tx));
}
