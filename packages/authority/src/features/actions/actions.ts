import type { QueryOptions } from '@moorline/codecs/odata';
import { sqlOf } from '@moorline/db';
import { type ActionId, type DeviceId, isUuid, MoorlineError } from '@moorline/kernel';
import { type Action, type Actor, actorName, canMoveTo } from '@moorline/model';
import type { DeviceAdministration, DevicePort, Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { filterSql } from '../../listing/filter-sql.ts';
import { type ListPage, pageSize } from '../../listing/list.ts';
import {
  afterSql,
  decodeSkipToken,
  encodeSkipToken,
  listOrder,
  orderSql,
  positionSql,
} from '../../listing/page.ts';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type ActionDeps, endHop, moveActions, ownHop } from './context.ts';
import { createDeviceSide } from './device-side.ts';
import { ACTION_COLUMNS } from './entity.ts';
import { actionErrors } from './errors.ts';
import { actionKind } from './kinds.ts';
import { reconcileActions } from './reconcile.ts';
import { createRemoteSide, type RemoteSide } from './remote-side.ts';
import { requestInTransaction } from './request.ts';
import { actionOf, findAction, IS_OPEN, type StoredAction, selectActions } from './store.ts';

/** What is done to devices, once each, with every step on record. */
export interface Actions
  extends Pick<DeviceAdministration, 'requestAction' | 'readAction' | 'cancelAction'>,
    Pick<DevicePort, 'waitingActions' | 'reportActions'>,
    RemoteSide {
  /** Newest first unless asked otherwise. @throws `access.denied`, `odata.skiptoken_invalid` */
  list(actor: Actor, options: QueryOptions): Promise<ListPage<Action>>;
  /** Ends what is open for devices that leave, in the transaction that removes them. */
  endForRemoved(tx: Transaction, ids: readonly DeviceId[]): Promise<void>;
  /** Ends actions whose time is over, until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

const NEWEST_FIRST = [{ property: 'requestedDateTime', isDescending: true }] as const;

export function createActions(deps: ActionDeps): Actions {
  const { profile, database, clock, refusals } = deps;
  const { authorityId } = profile;

  async function audited<T>(
    activity: string,
    actor: Actor,
    target: string,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof MoorlineError && error.kind === 'failure') {
        const refusal = { activity, code: error.code, actor: actorName(actor) };
        refusals.record({ ...refusal, target: target.slice(0, 64) }, error);
      }
      throw error;
    }
  }

  return {
    ...createDeviceSide(deps),
    ...createRemoteSide(deps),

    requestAction: (actor, request) =>
      audited('actions.request', actor, request.deviceId, async () => {
        // Callers in other processes are typed by nothing but their word.
        const kind = actionKind(request.kind);
        return database.transaction(authorityId, (tx) =>
          requestInTransaction(tx, deps, actor, { ...request, kind }),
        );
      }),

    async readAction(actor, id) {
      const action = await database.read(authorityId, (tx) => requireAction(tx, id));
      authorize(actor, 'actions.read');
      return actionOf(action);
    },

    cancelAction: (actor, id) =>
      audited('actions.cancel', actor, id, () =>
        database.transaction(authorityId, async (tx) => {
          const action = await requireAction(tx, id, { lock: 'wait' });
          authorize(actor, 'actions.cancel');
          const { row } = action;
          if (row.state === 'cancelled') return actionOf(action);
          // Behind a connector it can be stopped only as long as it has not left.
          const isHere = row.origin === null || row.state === 'queued' || row.state === 'requested';
          if (!isHere || !canMoveTo(row.state, 'cancelled')) {
            throw actionErrors.tooLate({
              state: row.state,
              hint: isHere
                ? 'See its trail for how it ends.'
                : 'It has left for the authority that manages the device; cancel it there.',
            });
          }
          const hop = ownHop(deps, 'cancelled', `Cancelled by ${actorName(actor)}.`);
          await moveActions(tx, deps, [{ action, hops: [hop], result: null }]);
          await recordAudit(tx, {
            activity: 'actions.cancel',
            actor: actorName(actor),
            target: row.device_id,
            result: 'success',
            details: { action: row.kind, actionId: row.id },
            at: clock.now(),
          });
          return actionOf({ row: { ...row, state: 'cancelled' }, hops: [...action.hops, hop] });
        }),
      ),

    async list(actor, options) {
      authorize(actor, 'actions.read');
      return database.read(authorityId, (tx) => listActions(tx, options));
    },

    async endForRemoved(tx, ids) {
      if (ids.length === 0) return;
      const open = await selectActions(
        tx,
        sql`device_id = any(${[...ids]}::uuid[]) and ${IS_OPEN}`,
        { lock: 'wait' },
      );
      const advances = open.map((action) => {
        const hop = endHop(deps, action.row.state, 'The device was removed.');
        return { action, hops: hop ? [hop] : [], result: null };
      });
      await moveActions(tx, deps, advances);
    },

    run: (signal) => reconcileActions(deps, signal),
  };
}

async function listActions(tx: Transaction, options: QueryOptions): Promise<ListPage<Action>> {
  const order = listOrder(options, ACTION_COLUMNS, NEWEST_FIRST);
  const top = pageSize(options);
  const matching = options.filter ? filterSql(options.filter, ACTION_COLUMNS) : sql`true`;
  const after =
    options.skipToken === null
      ? sql`true`
      : afterSql(order, decodeSkipToken(order, options.skipToken));
  const { rows: page } = await sql<{ id: ActionId; position: readonly string[] }>`
    select id, ${positionSql(order)} as position from actions
    where authority_id = ${tx.authorityId} and ${matching} and ${after}
    order by ${orderSql(order)} limit ${top + 1} offset ${options.skip}`.execute(sqlOf(tx));
  const shown = page.slice(0, top);
  const last = shown.at(-1);
  const found = await selectActions(tx, sql`id = any(${shown.map((row) => row.id)}::uuid[])`);
  const byId = new Map(found.map((action) => [action.row.id, actionOf(action)]));
  let count: number | null = null;
  if (options.count) {
    const { rows } = await sql<{ count: string }>`select count(*) as count from actions
      where authority_id = ${tx.authorityId} and ${matching}`.execute(sqlOf(tx));
    count = Number(rows[0]?.count ?? 0);
  }
  return {
    items: shown.flatMap((row) => byId.get(row.id) ?? []),
    count,
    skipToken:
      page.length > top && last
        ? encodeSkipToken(order, { keys: last.position, id: last.id })
        : null,
  };
}

async function requireAction(
  tx: Transaction,
  id: string,
  options: { readonly lock?: 'wait' } = {},
): Promise<StoredAction> {
  const action = isUuid(id) ? await findAction(tx, id, options) : undefined;
  if (!action) throw actionErrors.notFound({ id: id.slice(0, 64) });
  return action;
}
