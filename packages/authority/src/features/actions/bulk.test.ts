import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { DeviceId } from '@moorline/kernel';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  administrator,
  createActionsLab,
  HELP_DESK,
  HQ1,
  KIND,
} from './testing/actions-lab.fixture.ts';

const UNKNOWN = '01900000-0000-7000-8000-00000000dead';

describe('bulk actions', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: ActionsLab;

  before(async () => {
    test = await withDatabase(ACTIONS_LAB_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    lab = await createActionsLab(test, clock);
  });

  /** Devices of the authority, made in one statement. */
  async function fleet(count: number): Promise<DeviceId[]> {
    const rows = await test.asOwner(
      `insert into devices (authority_id, id, name, last_contact_at, enrolled_at, client_version, certificate_expires_at)
       select '${lab.authorityId}', gen_random_uuid(), 'pc-' || n, now(), now(), '0', now()
       from generate_series(1, ${count}) as n returning id`,
    );
    return rows.map((row) => row.id as DeviceId);
  }

  async function statementsOf(work: () => Promise<unknown>): Promise<number> {
    const calls = async (): Promise<number> => {
      const [row] = await test.asOwner(
        'select xact_commit + xact_rollback as n from pg_stat_database where datname = current_database()',
      );
      return Number(row?.n ?? 0);
    };
    const start = await calls();
    await work();
    return (await calls()) - start;
  }

  it('requests for each device, and says of each what came of it', async () => {
    const { id, outcomes } = await lab.actions.requestBulk(HELP_DESK, {
      kind: KIND,
      deviceIds: [lab.own.deviceId, lab.attached, UNKNOWN, "x' or true --", lab.own.deviceId],
    });
    assert.deepEqual(Object.fromEntries(outcomes), {
      [lab.own.deviceId]: 'accepted',
      [lab.attached]: 'accepted',
      [UNKNOWN]: 'notFound',
      "x' or true --": 'notFound',
    });
    const bulk = await lab.actions.bulk.read(HELP_DESK, id);
    assert.equal(bulk.deviceCount, 4);
    assert.deepEqual([bulk.counts.queued, bulk.counts.notFound], [2, 2]);
    assert.equal(bulk.isFinal, false);
    assert.deepEqual([...lab.told].sort(), [`nudge ${lab.own.deviceId}`, `wake ${HQ1}`].sort());
    assert.deepEqual(await lab.audit(), ['actions.request_bulk success']);
    const page = await lab.actions.bulk.devices(HELP_DESK, id, { top: 3, after: null });
    const next = await lab.actions.bulk.devices(HELP_DESK, id, { top: 3, after: page.next });
    assert.equal(page.items.length + next.items.length, 4);
    const own = [...page.items, ...next.items].find((one) => one.deviceName === 'pc-1');
    assert.equal(own?.state, 'queuedForDevice');
    assert.match(own?.reason ?? '', /Waiting for pc-1/);
  });

  it('asks once for a repeat with the same request id, and refuses it for other devices', async () => {
    const request = { kind: KIND, deviceIds: [lab.own.deviceId], requestId: 'r-1' };
    const first = await lab.actions.requestBulk(HELP_DESK, request);
    const again = await lab.actions.requestBulk(HELP_DESK, request);
    assert.deepEqual(again, first);
    assert.equal((await lab.actions.waitingActions(lab.own)).length, 1);
    await assert.rejects(
      lab.actions.requestBulk(HELP_DESK, { ...request, deviceIds: [lab.attached] }),
      { code: 'actions.request_id_reused' },
    );
    assert.equal((await lab.actions.bulk.list(HELP_DESK, 10)).length, 1);
  });

  it('follows each device to its end, and is final with the last', async () => {
    const other = await lab.enrol('pc-9');
    const { id } = await lab.actions.requestBulk(HELP_DESK, {
      kind: KIND,
      deviceIds: [lab.own.deviceId, other.deviceId],
    });
    const [one] = await lab.actions.waitingActions(lab.own);
    const [two] = await lab.actions.waitingActions(other);
    assert.ok(one && two);
    await lab.actions.reportActions(lab.own, [lab.report(one.id, 'running')]);
    assert.equal((await lab.actions.bulk.read(HELP_DESK, id)).counts.running, 1);
    await lab.actions.reportActions(lab.own, [lab.report(one.id, 'succeeded')]);
    const result = { errorCode: 2, message: 'No.', details: { code: 'notSupported' } };
    await lab.actions.reportActions(other, [lab.report(two.id, 'failed', { result })]);
    const { counts, isFinal } = await lab.actions.bulk.read(HELP_DESK, id);
    assert.deepEqual([counts.succeeded, counts.notSupported, isFinal], [1, 1, true]);
  });

  it('cancels what has not ended, and lets go on what came too late', async () => {
    const other = await lab.enrol('pc-9');
    const { id } = await lab.actions.requestBulk(HELP_DESK, {
      kind: KIND,
      deviceIds: [lab.own.deviceId, other.deviceId, lab.attached],
    });
    const [running] = await lab.actions.waitingActions(other);
    assert.ok(running);
    await lab.actions.reportActions(other, [lab.report(running.id, 'running')]);
    await assert.rejects(lab.actions.bulk.cancel(administrator('Read only'), id), {
      code: 'access.denied',
    });
    const { counts, cancelledBy } = await lab.actions.bulk.cancel(HELP_DESK, id);
    assert.deepEqual([counts.cancelled, counts.running, cancelledBy], [2, 1, 'ada']);
    const again = await lab.actions.bulk.cancel(HELP_DESK, id);
    assert.deepEqual(again.counts, counts);
    assert.ok((await lab.audit()).includes('actions.cancel_bulk success'));
  });

  it('takes 5,000 devices in few transactions, and cancels them in few', async () => {
    const deviceIds = await fleet(5_000);
    let id = '';
    const requested = await statementsOf(async () => {
      const result = await lab.actions.requestBulk(HELP_DESK, { kind: KIND, deviceIds });
      ({ id } = result);
      assert.equal(result.outcomes.size, 5_000);
    });
    const cancelled = await statementsOf(async () => {
      assert.equal((await lab.actions.bulk.cancel(HELP_DESK, id)).counts.cancelled, 5_000);
    });
    assert.ok(requested < 100, `${requested} transactions`);
    assert.ok(cancelled < 100, `${cancelled} transactions`);
  });

  it('goes on after a stop with the devices that it had not come to', async () => {
    const { id } = await lab.actions.requestBulk(HELP_DESK, {
      kind: KIND,
      deviceIds: [lab.own.deviceId],
    });
    const other = await lab.enrol('pc-9');
    await test.asOwner(
      `insert into bulk_action_devices (authority_id, bulk_id, device_id, outcome)
       values ('${lab.authorityId}', '${id}', '${other.deviceId}', 'waiting')`,
    );
    await lab.resume();
    assert.equal((await lab.actions.waitingActions(other)).length, 1);
    assert.equal((await lab.actions.waitingActions(lab.own)).length, 1);
  });

  it('attack 17: needs the permission, and makes nothing for devices out of reach', async () => {
    await assert.rejects(
      lab.actions.requestBulk(administrator('Read only'), {
        kind: KIND,
        deviceIds: [lab.own.deviceId],
      }),
      { code: 'access.denied' },
    );
    await assert.rejects(lab.actions.bulk.read(HELP_DESK, "x' or true --"), {
      code: 'actions.bulk_not_found',
    });
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
  });

  it('does not ask a device that says it cannot', async () => {
    await test.asOwner(
      `insert into inventory_documents (authority_id, device_id, class_name, hash, collected_at, received_at, row_count, rows)
       values ('${lab.authorityId}', '${lab.own.deviceId}', 'ClientAction', 'h', now(), now(), 1,
         '[{"Action": "quickScan", "Supported": false, "Reason": "ClamAV is not installed."}]')`,
    );
    const { id, outcomes } = await lab.actions.requestBulk(HELP_DESK, {
      kind: 'quickScan',
      deviceIds: [lab.own.deviceId],
    });
    assert.equal(outcomes.get(lab.own.deviceId), 'notSupported');
    const { items } = await lab.actions.bulk.devices(HELP_DESK, id, { top: 9, after: null });
    assert.equal(items[0]?.reason, 'ClamAV is not installed.');
    assert.equal((await lab.actions.bulk.read(HELP_DESK, id)).isFinal, true);
  });
});
