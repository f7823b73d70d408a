import type { QueryOptions } from '@moorline/codecs/odata';
import { sqlOf } from '@moorline/db';
import { type ActionId, type DeviceId, isUuid, MoorlineError } from '@moorline/kernel';
import { type Action, type Actor, actorName, reachOf } from '@moorline/model';
import type { DeviceAdministration, DevicePort, Transaction } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
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
import { authorize, authorizeDevice, permissionHere, reachSql } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type BulkRequests, createBulkRequests } from './bulk.ts';
import { type BulkView, createBulkView } from './bulk-view.ts';
import { cancelStored } from './cancel.ts';
import { type ActionDeps, type ActionParts, endHop, moveActions } from './context.ts';
import { createDeviceSide } from './device-side.ts';
import { ACTION_COLUMNS } from './entity.ts';
import { actionErrors } from './errors.ts';
import { type ActionFiles, createActionFiles } from './files.ts';
import { actionKind } from './kinds.ts';
import { reconcileActions } from './reconcile.ts';
import { createRemoteSide, type RemoteSide } from './remote-side.ts';
import { requestInTransaction } from './request.ts';
import { type ActionSettingsStore, createActionSettings } from './settings.ts';
import {
  ACTION_DEVICE,
  actionOf,
  deviceOf,
  findAction,
  IS_OPEN,
  type StoredAction,
  selectActions,
} from './store.ts';

/** What is done to devices, once each, with every step on record. */
export interface Actions
  extends Pick<
      DeviceAdministration,
      'requestAction' | 'readAction' | 'cancelAction' | 'readActionFile'
    >,
    Pick<DevicePort, 'waitingActions' | 'reportActions' | 'putActionFile'>,
    RemoteSide {
  /** Requests an action for many devices; answers when each has been looked at. */
  readonly requestBulk: BulkRequests['request'];
  readonly bulk: BulkView;
  readonly settings: Omit<ActionSettingsStore, 'current'>;
  /** Newest first unless asked otherwise. @throws `access.denied`, `odata.skiptoken_invalid` */
  list(actor: Actor, options: QueryOptions): Promise<ListPage<Action>>;
  /** Ends what is open for devices that leave, in the transaction that removes them. */
  endForRemoved(tx: Transaction, ids: readonly DeviceId[]): Promise<void>;
  /** Ends actions whose time is over, until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

const NEWEST_FIRST = [{ property: 'requestedDateTime', isDescending: true }] as const;

export function createActions(given: ActionDeps): Actions {
  const { profile, database, clock, refusals } = given;
  const { authorityId } = profile;
  const settings = createActionSettings({ ...given, authorityId });
  const deps: ActionParts = { ...given, settings };
  const bulkRequests = createBulkRequests(deps);
  const files: ActionFiles = createActionFiles(deps, given.filesFolder, requireAction);

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
      const action = await database.read(authorityId, async (tx) => {
        const found = await requireAction(tx, id);
        await authorizeDevice(tx, actor, 'actions.read', deviceOf(found), () => notFound(id));
        return found;
      });
      return actionOf(action);
    },

    cancelAction: (actor, id) =>
      audited('actions.cancel', actor, id, () =>
        database.transaction(authorityId, async (tx) => {
          const action = await requireAction(tx, id, { lock: 'wait' });
          const { row } = action;
          const permission = permissionHere(deps.remotes, row.origin, 'actions.cancel');
          await authorizeDevice(tx, actor, permission, deviceOf(action), () => notFound(id));
          if (row.state === 'cancelled') return actionOf(action);
          const { actions, tooLate } = await cancelStored(tx, deps, actor, [action]);
          const [late] = tooLate;
          if (late) throw actionErrors.tooLate({ state: row.state, hint: late.hint });
          await recordAudit(tx, {
            activity: 'actions.cancel',
            actor: actorName(actor),
            target: row.device_id,
            result: 'success',
            details: { action: row.kind, actionId: row.id },
            at: clock.now(),
          });
          return actionOf(actions[0] ?? action);
        }),
      ),

    requestBulk: (actor, request) =>
      audited('actions.request_bulk', actor, request.requestId ?? request.kind, async () => {
        const kind = actionKind(request.kind);
        return bulkRequests.request(actor, { ...request, kind });
      }),
    bulk: createBulkView(deps),
    putActionFile: files.putActionFile,
    readActionFile: (actor, id, part) =>
      audited('actions.download_file', actor, id, () => files.readPart(actor, id, part)),
    settings,

    async list(actor, options) {
      authorize(actor, 'actions.read');
      return database.read(authorityId, (tx) =>
        listActions(tx, options, reachSql(tx, reachOf(actor, 'actions.read'), ACTION_DEVICE)),
      );
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

    run: (signal) => reconcileActions(deps, { resume: bulkRequests.resume, files }, signal),
  };
}

async function listActions(
  tx: Transaction,
  options: QueryOptions,
  inReach: RawBuilder<boolean>,
): Promise<ListPage<Action>> {
  const order = listOrder(options, ACTION_COLUMNS, NEWEST_FIRST);
  const top = pageSize(options);
  const filter = options.filter ? filterSql(options.filter, ACTION_COLUMNS) : sql`true`;
  const matching = sql`${filter} and ${inReach}`;
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
  if (!action) throw notFound(id);
  return action;
}

function notFound(id: string): Error {
  return actionErrors.notFound({ id: id.slice(0, 64) });
}
