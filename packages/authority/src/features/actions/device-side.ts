import { sqlOf } from '@moorline/db';
import type { ActionId, DeviceId } from '@moorline/kernel';
import {
  type ActionHop,
  type ActionResult,
  type ActionState,
  canMoveTo,
  isFinalState,
} from '@moorline/model';
import type {
  DeviceAction,
  DeviceActionReport,
  DevicePort,
  Transaction,
} from '@moorline/model/ports';
import { sql } from 'kysely';
import { createGroupCommit } from '../../group-commit.ts';
import { namesOfOwn } from '../devices/index.ts';
import { settleCancel } from './cancel.ts';
import { type ActionDeps, moveActions } from './context.ts';
import { actionErrors } from './errors.ts';
import { type Advance, IS_OPEN, type StoredAction, selectActions } from './store.ts';
import { plausibleTime, receivedResult } from './trail.ts';

const WAITING_LIMIT = 100;
const ASKED_AT_ONCE = 500;
const REPORTED_AT_ONCE = 100;
const REPORTS_AT_ONCE = 500;

/** What a device asks and says of its actions. */
export function createDeviceSide(
  deps: ActionDeps,
): Pick<DevicePort, 'waitingActions' | 'reportActions'> {
  const { profile, database, clock, refusals } = deps;
  const { authorityId } = profile;

  // Devices that come back in a storm ask together, and what they report is stored together.
  const waitingOf = createGroupCommit<DeviceId, readonly DeviceAction[]>({
    commit: (ids) =>
      database.read(authorityId, (tx) => selectWaiting(tx, ids, new Date(clock.now()))),
    maxItems: ASKED_AT_ONCE,
  });
  const take = createGroupCommit<Reported, Taken>({
    commit: (items) => database.transaction(authorityId, (tx) => takeReports(tx, deps, items)),
    maxItems: REPORTED_AT_ONCE,
    sizeOf: ({ reports }) => reports.length,
    maxSize: REPORTS_AT_ONCE,
    keyOf: ({ deviceId }) => deviceId,
  });

  return {
    waitingActions: ({ deviceId }) => waitingOf(deviceId),

    async reportActions({ deviceId }, reports) {
      const { unknown, late } = await take({ deviceId, reports });
      for (const { action, report } of late) {
        refusals.record({
          activity: 'actions.report',
          code: actionErrors.alreadyEnded.spec.code,
          actor: `device ${deviceId}`,
          target: action.row.id,
          details: { state: action.row.state, reported: report.state },
        });
      }
      if (unknown.length === 0) return;
      const error = actionErrors.notFound({ id: unknown[0] ?? '', ids: unknown });
      refusals.record(
        {
          activity: 'actions.report',
          code: error.code,
          actor: `device ${deviceId}`,
          target: deviceId,
          details: { first: unknown.slice(0, 10) },
        },
        error,
      );
      throw error;
    },
  };
}

interface Reported {
  readonly deviceId: DeviceId;
  readonly reports: readonly DeviceActionReport[];
}

interface Late {
  readonly action: StoredAction;
  readonly report: DeviceActionReport;
}

/** What could not be taken of a device's reports. */
interface Taken {
  readonly unknown: readonly string[];
  readonly late: readonly Late[];
}

/** What waits for each of the devices, oldest first, and what it is to end. */
async function selectWaiting(
  tx: Transaction,
  ids: readonly DeviceId[],
  now: Date,
): Promise<(readonly DeviceAction[])[]> {
  const columns = sql`id, kind, expires_at, parameters, cancel_open, requested_at`;
  const isWaiting = sql`(state = 'queuedForDevice' and expires_at > ${now} or cancel_open)`;
  const { rows } = await sql<{
    id: ActionId;
    doer: DeviceId;
    kind: DeviceAction['kind'];
    expires_at: Date;
    parameters: Readonly<Record<string, string>> | null;
    cancel_open: boolean;
  }>`select device_id as doer, ${columns} from actions
      where authority_id = ${tx.authorityId} and device_id = any(${[...ids]}::uuid[])
        and origin is null and performer_id is null and ${isWaiting} and ${IS_OPEN}
    union all
    select performer_id as doer, ${columns} from actions
      where authority_id = ${tx.authorityId} and performer_id = any(${[...ids]}::uuid[])
        and ${isWaiting} and ${IS_OPEN}
    order by requested_at, id`.execute(sqlOf(tx));
  const byDevice = Map.groupBy(rows, (row) => row.doer);
  return ids.map((id) =>
    (byDevice.get(id) ?? []).slice(0, WAITING_LIMIT).map((row) => ({
      id: row.id,
      kind: row.kind,
      expiresAt: row.expires_at.toISOString(),
      ...(row.parameters ? { parameters: row.parameters } : {}),
      ...(row.cancel_open ? { isCancelled: true as const } : {}),
    })),
  );
}

/** Known reports are taken whatever the others are; a device cannot touch what is not its own. */
async function takeReports(
  tx: Transaction,
  deps: ActionDeps,
  items: readonly Reported[],
): Promise<Taken[]> {
  const deviceIds = items.map(({ deviceId }) => deviceId);
  const names = await namesOfOwn(tx, deviceIds);
  const ids = new Set(items.flatMap(({ reports }) => reports.map((report) => report.id)));
  const actions = await selectActions(
    tx,
    sql`id::text = any(${[...ids]}::text[]) and origin is null
      and coalesce(performer_id, device_id) = any(${deviceIds}::uuid[])`,
    { lock: 'wait' },
  );
  const known = new Map<string, StoredAction>(actions.map((action) => [action.row.id, action]));
  const judged = items.map((item) => judge(deps, item, known, names.get(item.deviceId)));
  await moveActions(
    tx,
    deps,
    judged.flatMap(({ advances }) => advances),
  );
  for (const { action, report } of judged.flatMap(({ late }) => late)) {
    if (report.state === action.row.state) continue;
    const name = names.get((action.row.performer_id ?? action.row.device_id) as DeviceId);
    await settleCancel(tx, action.row.id, lateReason(action.row.state, report, name));
  }
  return judged;
}

/** What the reports of one device, in their order, make of its actions. */
function judge(
  deps: Pick<ActionDeps, 'clock'>,
  { deviceId, reports }: Reported,
  known: ReadonlyMap<string, StoredAction>,
  name: string | undefined,
): Taken & { readonly advances: readonly Advance[] } {
  const advances = new Map<string, Advance & { readonly hops: ActionHop[] }>();
  const unknown = new Set<string>();
  const late: Late[] = [];
  for (const report of reports) {
    const action = known.get(report.id);
    if (!action || (action.row.performer_id ?? action.row.device_id) !== deviceId) {
      unknown.add(report.id);
      continue;
    }
    const advance = advances.get(report.id) ?? { action, hops: [], result: null };
    const last = advance.hops.at(-1) ?? action.hops.at(-1);
    if (!last) continue;
    if (!canMoveTo(last.state, report.state)) {
      const hasEndedHere = last.state === 'cancelled' || last.state === 'expired';
      const isNews = hasEndedHere && last.state !== report.state;
      if (isNews && advance.hops.length === 0) late.push({ action, report });
      continue;
    }
    const result = isFinalState(report.state) ? receivedResult(report.result) : null;
    advance.hops.push({
      state: report.state,
      at: plausibleTime(report.at, last.at, deps.clock.now()),
      place: 'device',
      placeName: name ?? deviceId,
      reason: reportReason(report.state, name ?? 'The device', result),
    });
    advances.set(report.id, { ...advance, result: result ?? advance.result });
  }
  return { unknown: [...unknown], late, advances: [...advances.values()] };
}

function reportReason(
  state: DeviceActionReport['state'],
  name: string,
  result: ActionResult | null,
): string {
  switch (state) {
    case 'deliveredToDevice':
      return `${name} has it and runs it next.`;
    case 'running':
      return `${name} is running it.`;
    case 'succeeded':
      return result?.message || `${name} has done it.`;
    case 'failed':
      return result?.message || `${name} could not do it and did not say why.`;
    case 'cancelled':
      return result?.message || `${name} ended it as it was asked to.`;
  }
}

function lateReason(state: ActionState, report: DeviceActionReport, name = 'The device'): string {
  const ended = state === 'expired' ? 'expired' : 'been cancelled';
  const did: Readonly<Record<DeviceActionReport['state'], string>> = {
    deliveredToDevice: 'had fetched it',
    running: 'had begun it',
    succeeded: 'did it all the same',
    failed: 'tried it all the same, and failed',
    cancelled: 'ended it',
  };
  return `It had ${ended} when word came that ${name} ${did[report.state]}.`;
}
