import type { ActionId, DeviceId } from '@moorline/kernel';
import { type ActionHop, type ActionResult, canMoveTo, isFinalState } from '@moorline/model';
import type { DeviceActionReport, DevicePort, Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { loadOwn } from '../devices/index.ts';
import { type ActionDeps, moveActions } from './context.ts';
import { actionErrors } from './errors.ts';
import { type Advance, type StoredAction, selectActions } from './store.ts';
import { plausibleTime, receivedResult } from './trail.ts';

const WAITING_LIMIT = 100;

/** What a device asks and says of its actions. */
export function createDeviceSide(
  deps: ActionDeps,
): Pick<DevicePort, 'waitingActions' | 'reportActions'> {
  const { profile, database, clock, refusals } = deps;
  const { authorityId } = profile;

  return {
    async waitingActions({ deviceId }) {
      const waiting = await database.read(authorityId, (tx) =>
        selectActions(
          tx,
          sql`device_id = ${deviceId} and origin is null and state = 'queuedForDevice'
            and expires_at > ${new Date(clock.now())}`,
          { order: sql`requested_at, id`, limit: WAITING_LIMIT },
        ),
      );
      return waiting.map(({ row }) => ({
        id: row.id as ActionId,
        kind: row.kind,
        expiresAt: row.expires_at.toISOString(),
      }));
    },

    async reportActions({ deviceId }, reports) {
      const { unknown, late } = await database.transaction(authorityId, (tx) =>
        takeReports(tx, deps, deviceId, reports),
      );
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

interface Late {
  readonly action: StoredAction;
  readonly report: DeviceActionReport;
}

/** Known reports are taken whatever the others are; a device cannot touch what is not its own. */
async function takeReports(
  tx: Transaction,
  deps: ActionDeps,
  deviceId: DeviceId,
  reports: readonly DeviceActionReport[],
): Promise<{ unknown: string[]; late: Late[] }> {
  const device = await loadOwn(tx, deviceId);
  const ids = [...new Set(reports.map((report) => report.id))];
  const actions = await selectActions(
    tx,
    sql`id::text = any(${ids}::text[]) and device_id = ${deviceId} and origin is null`,
    { lock: 'wait' },
  );
  const known = new Map<string, StoredAction>(actions.map((action) => [action.row.id, action]));
  const advances = new Map<string, Advance & { readonly hops: ActionHop[] }>();
  const late: Late[] = [];
  for (const report of reports) {
    const action = known.get(report.id);
    if (!action) continue;
    const advance = advances.get(report.id) ?? { action, hops: [], result: null };
    const last = advance.hops.at(-1) ?? action.hops.at(-1);
    if (!last) continue;
    if (!canMoveTo(last.state, report.state)) {
      const hasEndedHere = last.state === 'cancelled' || last.state === 'expired';
      if (hasEndedHere && advance.hops.length === 0) late.push({ action, report });
      continue;
    }
    const result = isFinalState(report.state) ? receivedResult(report.result) : null;
    advance.hops.push({
      state: report.state,
      at: plausibleTime(report.at, last.at, deps.clock.now()),
      place: 'device',
      placeName: device?.name ?? deviceId,
      reason: reportReason(report.state, device?.name ?? 'The device', result),
    });
    advances.set(report.id, { ...advance, result: result ?? advance.result });
  }
  await moveActions(tx, deps, [...advances.values()]);
  return { unknown: ids.filter((id) => !known.has(id)), late };
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
  }
}
