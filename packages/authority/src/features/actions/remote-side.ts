import type { ActionId, ConnectorId, DeviceId } from '@moorline/kernel';
import { type ActionHop, canMoveTo, isFinalState, PEER_PLACE } from '@moorline/model';
import type {
  RemoteActionQueue,
  Transaction,
  UploadedAction,
  UploadSink,
  UploadSource,
} from '@moorline/model/ports';
import { sql } from 'kysely';
import { settleCancel } from './cancel.ts';
import { type ActionDeps, changed, moveActions, ownHop } from './context.ts';
import { actionErrors } from './errors.ts';
import { type Advance, findAction, IS_OPEN, selectActions } from './store.ts';
import { hopsToAdd, keptName, receivedHop, receivedResult } from './trail.ts';

const QUEUE_LIMIT = 500;
const MAX_UPLOADED_HOPS = 32;

export interface RemoteSide {
  readonly remoteActionQueue: RemoteActionQueue;
  readonly uploadSource: Pick<UploadSource, 'readActions'>;
  readonly uploadSink: Pick<UploadSink, 'applyActions'>;
}

/** Actions that cross between authorities: those that wait for another, and what is told of them. */
export function createRemoteSide(deps: ActionDeps): RemoteSide {
  const { profile, database, clock, refusals } = deps;
  const { authorityId } = profile;

  async function apply(
    tx: Transaction,
    origin: ConnectorId,
    uploads: readonly UploadedAction[],
  ): Promise<void> {
    if (uploads.length === 0) return;
    const latest = new Map<string, UploadedAction>(uploads.map((upload) => [upload.id, upload]));
    const actions = await selectActions(
      tx,
      sql`id = any(${[...latest.keys()]}::uuid[]) and origin = ${origin}`,
      { lock: 'wait' },
    );
    const advances = actions.map((action): Advance => {
      const upload = latest.get(action.row.id);
      const offered = (upload?.hops ?? [])
        .slice(0, MAX_UPLOADED_HOPS)
        .map((hop) => receivedHop(hop, clock.now()));
      const hops = hopsToAdd(action.hops, offered);
      const hasEnded = hops.some((hop) => isFinalState(hop.state));
      noteLate(tx, origin, action.row, offered);
      return { action, hops, result: hasEnded ? receivedResult(upload?.result ?? null) : null };
    });
    await moveActions(tx, deps, advances);
  }

  /** An action that was cancelled or expired here while it was on its way may still have been carried out. */
  function noteLate(
    tx: Transaction,
    origin: ConnectorId,
    row: { readonly id: string; readonly state: ActionHop['state'] },
    offered: readonly ActionHop[],
  ): void {
    const reported = offered.at(-1)?.state;
    if ((row.state !== 'cancelled' && row.state !== 'expired') || reported === undefined) return;
    if (reported === row.state) return;
    tx.afterCommit(() =>
      refusals.record({
        activity: 'actions.upload',
        code: actionErrors.alreadyEnded.spec.code,
        actor: deps.remotes?.describe(origin).name ?? origin,
        target: row.id,
        details: { state: row.state, reported },
      }),
    );
  }

  return {
    remoteActionQueue: {
      async queuedFor(origin, after) {
        const isAfter = after
          ? sql`(requested_at, id) > (${after.requestedAt}::timestamptz, ${after.id}::uuid)`
          : sql`true`;
        const queued = await database.read(authorityId, (tx) =>
          selectActions(
            tx,
            sql`origin = ${origin} and state = 'queued' and expires_at > ${new Date(clock.now())}
              and cancel_requested_at is null and ${isAfter}`,
            { order: sql`requested_at, id`, limit: QUEUE_LIMIT },
          ),
        );
        return queued.map(({ row }) => ({
          id: row.id as ActionId,
          deviceId: row.device_id as DeviceId,
          kind: row.kind,
          requestedAt: row.requested_at.toISOString(),
          expiresAt: row.expires_at.toISOString(),
          actor: row.actor,
        }));
      },
      async cancelsFor(origin) {
        const wanted = await database.read(authorityId, (tx) =>
          selectActions(tx, sql`origin = ${origin} and cancel_open and ${IS_OPEN}`, {
            order: sql`cancel_requested_at, id`,
            limit: QUEUE_LIMIT,
          }),
        );
        return wanted.map(({ row }) => ({
          id: row.id as ActionId,
          actor: row.cancel_actor ?? row.actor,
        }));
      },
      cancelAnswered: (id, placeName, answer) =>
        database.transaction(authorityId, async (tx) => {
          const action = await findAction(tx, id, { lock: 'wait' });
          if (!action || isFinalState(action.row.state)) return;
          const name = keptName(placeName);
          if (answer.kind === 'notThere' && action.row.state === 'queued') {
            const requester = action.row.cancel_requested_by ?? 'an administrator';
            const reason = `Cancelled by ${requester} before ${name} had it.`;
            const hop = ownHop(deps, 'cancelled', reason);
            return moveActions(tx, deps, [{ action, hops: [hop], result: null }]);
          }
          const reason =
            answer.kind === 'refused'
              ? `${name} does not end it: ${answer.reason}`
              : answer.kind === 'taken'
                ? `${name} ends it.`
                : `${name} has no such action any more.`;
          await settleCancel(tx, id, reason);
          await changed(tx, deps, [action.row]);
        }),
      refused: (id, placeName, reason) =>
        database.transaction(authorityId, async (tx) => {
          const action = await findAction(tx, id, { lock: 'wait' });
          if (!action || !canMoveTo(action.row.state, 'refused')) return;
          const hop = receivedHop(
            {
              state: 'refused',
              at: new Date(clock.now()).toISOString(),
              place: PEER_PLACE[profile.kind],
              placeName,
              reason,
            },
            clock.now(),
          );
          await moveActions(tx, deps, [{ action, hops: [hop], result: null }]);
        }),
    },
    uploadSource: {
      async readActions(ids) {
        if (ids.length === 0) return [];
        const actions = await database.read(authorityId, (tx) =>
          selectActions(tx, sql`id = any(${[...ids]}::uuid[]) and is_relayed`),
        );
        return actions.map(({ row, hops }) => ({
          id: row.id as ActionId,
          hops,
          result: row.result,
        }));
      },
    },
    uploadSink: { applyActions: apply },
  };
}
