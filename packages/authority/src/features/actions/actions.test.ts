import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createBus } from '@moorline/bus';
import { parseQueryOptions } from '@moorline/codecs/odata';
import { Session } from '@moorline/contracts/admin';
import { readChanges } from '@moorline/db';
import {
  type ActionId,
  type AuthorityId,
  type ConnectorId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import type { Action, ActionHop, ActionKind, ActionState, Actor, Role } from '@moorline/model';
import type {
  AuthenticatedDevice,
  DeviceActionReport,
  RemoteAuthorities,
} from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import {
  createDevices,
  DEVICES_MIGRATIONS,
  type Devices,
  insertEnrolled,
} from '../devices/index.ts';
import { createRefusals, type Refusals } from '../refusals/index.ts';
import { type Actions, createActions } from './actions.ts';
import type { ActionDeps } from './context.ts';
import { DEVICE_ACTION } from './entity.ts';
import { ACTIONS_MIGRATIONS } from './migrations.ts';
import { expireActions } from './reconcile.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [UPPER, LOWER] = Session.properties.authority.properties.kind.enum;

const actor = (role: Role): Actor => ({
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role,
  via: 'session',
});
const HELP_DESK = actor('Help desk');
const RELAYED: Actor = {
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role: 'Administrator',
  via: 'relay',
  onBehalfOf: { userId: 'r' as UserId, name: 'grace', authorityName: 'Contoso' },
};
const HQ1 = '01900000-0000-7000-8000-0000000000a1' as ConnectorId;
const HQ2 = '01900000-0000-7000-8000-0000000000a2' as ConnectorId;
const KIND: ActionKind = 'refreshMachinePolicy';

describe('actions', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let clock: FakeClock;
  let deps: ActionDeps;
  let devices: Devices;
  let actions: Actions;
  let refusals: Refusals;
  let own: AuthenticatedDevice;
  let attached: DeviceId;
  let told: string[];
  let isOnline: boolean;

  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...DEVICES_MIGRATIONS, ...ACTIONS_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    authorityId = test.newAuthority();
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    told = [];
    isOnline = false;
    const shared = {
      profile: { authorityId, name: 'Contoso', kind: UPPER, managedBy: UPPER } as const,
      database: test.database,
      bus: createBus(silentLogger),
      clock,
      entropy: systemEntropy,
      logger: silentLogger,
      nudger: {
        nudge: (id: string) => void told.push(`nudge ${id}`),
        nudgeAll: () => {},
        disconnect: () => {},
      },
      remotes: {
        describe: () => ({ name: 'HQ1', online: isOnline }),
        actionsQueued: (origin: string) => void told.push(`wake ${origin}`),
      } as unknown as RemoteAuthorities,
    };
    refusals = createRefusals({ ...shared, authorityId });
    devices = createDevices({ ...shared, refusals });
    deps = { ...shared, refusals, presence: devices.presence };
    actions = createActions(deps);
    own = await enrol('pc-1');
    attached = uuidv7<DeviceId>(clock, systemEntropy);
    await test.asOwner(
      `insert into devices (authority_id, id, origin, name, last_contact_at, enrolled_at, client_version, certificate_expires_at)
       values ('${authorityId}', '${attached}', '${HQ1}', 'pc-2', now(), now(), '0', now())`,
    );
  });

  async function enrol(name: string): Promise<AuthenticatedDevice> {
    const deviceId = uuidv7<DeviceId>(clock, systemEntropy);
    await test.database.transaction(authorityId, (tx) =>
      insertEnrolled(
        tx,
        [{ id: deviceId, name, clientVersion: '0', certificateExpiresAt: clock.now() }],
        clock.now(),
      ),
    );
    return { deviceId, certificateSerial: 'aa' };
  }
  const request = (deviceId: DeviceId, by: Actor = HELP_DESK): Promise<Action> =>
    actions.requestAction(by, { deviceId, kind: KIND });
  const relay = (id: ActionId, deviceId: DeviceId = own.deviceId): Promise<Action> =>
    actions.requestAction(RELAYED, {
      id,
      deviceId,
      kind: KIND,
      expiresAt: new Date(clock.now() + 60_000).toISOString(),
    });
  const newActionId = (): ActionId => uuidv7<ActionId>(clock, systemEntropy);
  const report = (
    id: ActionId,
    state: DeviceActionReport['state'],
    overrides: Partial<DeviceActionReport> = {},
  ): DeviceActionReport => ({
    id,
    state,
    at: new Date(clock.now()).toISOString(),
    result:
      state === 'succeeded' || state === 'failed'
        ? { errorCode: state === 'failed' ? 5 : 0, message: `It ${state}.`, details: {} }
        : null,
    ...overrides,
  });
  const states = async (id: ActionId): Promise<ActionState[]> =>
    (await actions.readAction(HELP_DESK, id)).hops.map((hop) => hop.state);
  const upload = (origin: ConnectorId, id: ActionId, ...offered: ActionState[]): Promise<void> =>
    test.database.transaction(authorityId, (tx) =>
      actions.uploadSink.applyActions(tx, origin, [
        {
          id,
          hops: offered.map(
            (state): ActionHop => ({
              state,
              at: new Date(clock.now()).toISOString(),
              place: LOWER,
              placeName: 'HQ1',
              reason: 'Because.',
            }),
          ),
          result:
            offered.at(-1) === 'succeeded' ? { errorCode: 0, message: 'Done.', details: {} } : null,
        },
      ]),
    );
  const audit = async (): Promise<string[]> => {
    await refusals.flush();
    const rows = await test.asOwner(
      `select activity, coalesce(details->>'code', result) as what from audit_events
       where authority_id = '${authorityId}' order by sequence`,
    );
    return rows.map((row) => `${row.activity} ${row.what}`);
  };

  it('takes an action from request to result, every hop with its place and reason', async () => {
    const { id, state } = await request(own.deviceId);
    assert.equal(state, 'queuedForDevice');
    assert.deepEqual(told, [`nudge ${own.deviceId}`]);
    const waiting = await actions.waitingActions(own);
    assert.deepEqual(waiting, [{ id, kind: KIND, expiresAt: '2026-11-23T13:00:00.000Z' }]);
    assert.deepEqual(await actions.waitingActions(own), waiting);
    await actions.reportActions(own, [report(id, 'deliveredToDevice')]);
    assert.deepEqual(await actions.waitingActions(own), []);
    await actions.reportActions(own, [report(id, 'running'), report(id, 'succeeded')]);
    const action = await actions.readAction(HELP_DESK, id);
    assert.deepEqual(
      action.hops.map((hop) => `${hop.state} at ${hop.place} ${hop.placeName}: ${hop.reason}`),
      [
        `requested at ${UPPER} Contoso: Requested by ada.`,
        `authorized at ${UPPER} Contoso: Allowed: ada has the role Help desk.`,
        `queuedForDevice at ${UPPER} Contoso: Waiting for pc-1 to connect: it was last in contact less than a minute ago.`,
        'deliveredToDevice at device pc-1: pc-1 has it and runs it next.',
        'running at device pc-1: pc-1 is running it.',
        'succeeded at device pc-1: It succeeded.',
      ],
    );
    assert.equal(action.result?.errorCode, 0);
    assert.deepEqual(await audit(), ['actions.request success']);
  });

  it('says of a connected device that it is being told', async () => {
    devices.presence.opened(own, 'c');
    const { hops } = await request(own.deviceId);
    assert.equal(hops.at(-1)?.reason, 'pc-1 is connected and is being told.');
  });

  it('queues an action for an attached device with the reason, and wakes its delivery', async () => {
    const { id, hops } = await request(attached);
    assert.equal(hops.at(-1)?.reason, 'Waiting for HQ1 to connect: it manages pc-2.');
    isOnline = true;
    clock.advance(1);
    const { hops: online } = await request(attached);
    assert.equal(
      online.at(-1)?.reason,
      'Being handed to HQ1, which manages pc-2 and is connected.',
    );
    assert.deepEqual(told, [`wake ${HQ1}`, `wake ${HQ1}`]);
    const queue = await actions.remoteActionQueue.queuedFor(HQ1);
    assert.equal(queue[0]?.id, id);
    assert.deepEqual(queue[0]?.actor, HELP_DESK);
    assert.deepEqual(await actions.remoteActionQueue.queuedFor(HQ2), []);
  });

  it('takes over the hops that the managing authority uploads, in order and once', async () => {
    const { id } = await request(attached);
    await upload(HQ1, id, 'deliveredToSite', 'authorized', 'queuedForDevice');
    assert.deepEqual(await actions.remoteActionQueue.queuedFor(HQ1), []);
    const full = [
      'deliveredToSite',
      'authorized',
      'queuedForDevice',
      'running',
      'succeeded',
    ] as const;
    await upload(HQ1, id, ...full);
    await upload(HQ1, id, 'deliveredToSite');
    await upload(HQ1, id, ...full);
    assert.deepEqual(await states(id), ['requested', 'queued', ...full]);
    assert.equal((await actions.readAction(HELP_DESK, id)).result?.message, 'Done.');
  });

  it('attack 9: hops from a connector that does not manage the device are ignored', async () => {
    const { id } = await request(attached);
    const { id: local } = await request(own.deviceId);
    await upload(HQ2, id, 'deliveredToSite', 'succeeded');
    await upload(HQ1, local, 'succeeded');
    assert.deepEqual(await states(id), ['requested', 'queued']);
    assert.equal((await actions.readAction(HELP_DESK, local)).state, 'queuedForDevice');
  });

  it('ends an action that the managing authority refused, with its reason', async () => {
    const { id } = await request(attached);
    await actions.remoteActionQueue.refused(id, 'HQ1', 'No local account is linked.');
    await actions.remoteActionQueue.refused(id, 'HQ1', 'Again.');
    const { hops, state } = await actions.readAction(HELP_DESK, id);
    assert.equal(state, 'refused');
    assert.equal(hops.length, 3);
    assert.equal(hops.at(-1)?.place, LOWER);
    assert.equal(hops.at(-1)?.reason, 'No local account is linked.');
  });

  it('a relayed request begins with its delivery, is one action however often it comes, and is told back', async () => {
    const id = newActionId();
    const [first, second] = await Promise.all([relay(id), relay(id)]);
    assert.deepEqual(second, first);
    assert.deepEqual(
      first.hops.map((hop) => hop.reason),
      [
        'Contoso has it, for grace of Contoso.',
        'Allowed: ada has the role Administrator.',
        'Waiting for pc-1 to connect: it was last in contact less than a minute ago.',
      ],
    );
    assert.equal(first.requestedBy, 'grace (Contoso)');
    assert.equal((await actions.waitingActions(own)).length, 1);
    const { to } = await test.database.read(authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: '0.0', limit: 9 }),
    );
    await actions.reportActions(own, [report(id, 'running')]);
    const { entries } = await test.database.read(authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: to, limit: 9 }),
    );
    assert.deepEqual(
      entries.map((entry) => entry.key),
      [id],
    );
    const [uploaded] = await actions.uploadSource.readActions([id]);
    assert.deepEqual(
      uploaded?.hops.map((hop) => hop.state),
      ['deliveredToSite', 'authorized', 'queuedForDevice', 'running'],
    );
    assert.equal((await audit()).filter((line) => line.startsWith('actions.request')).length, 1);
  });

  it('tells nobody else of actions that were requested here', async () => {
    const { id } = await request(own.deviceId);
    assert.deepEqual(await actions.uploadSource.readActions([id]), []);
    const page = await test.database.read(authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: '0.0', limit: 9 }),
    );
    assert.deepEqual(page.entries, []);
  });

  it('refuses an id that belongs to another action', async () => {
    const id = newActionId();
    await relay(id);
    const other = await enrol('pc-9');
    await assert.rejects(relay(id, other.deviceId), { code: 'actions.id_taken' });
  });

  it('refuses to begin what has expired', async () => {
    await assert.rejects(
      actions.requestAction(HELP_DESK, {
        deviceId: own.deviceId,
        kind: KIND,
        expiresAt: '2026-11-23T12:00:00Z',
      }),
      { code: 'actions.expired' },
    );
  });

  it('attack 8: a result for an action never sent is refused, audited, and changes nothing', async () => {
    const { id } = await request(own.deviceId);
    const ghost = newActionId();
    await assert.rejects(
      actions.reportActions(own, [report(ghost, 'succeeded'), report(id, 'running')]),
      { code: 'actions.not_found' },
    );
    assert.equal((await states(id)).at(-1), 'running');
    await assert.rejects(actions.readAction(HELP_DESK, ghost), { code: 'actions.not_found' });
    assert.ok((await audit()).includes('actions.report actions.not_found'));
  });

  it('attack 8: a report sent twice, or one that goes backwards, adds no hop', async () => {
    const { id } = await request(own.deviceId);
    await actions.reportActions(own, [report(id, 'succeeded'), report(id, 'succeeded')]);
    await actions.reportActions(own, [
      report(id, 'running'),
      report(id, 'failed'),
      report(id, 'succeeded'),
    ]);
    assert.deepEqual(await states(id), ['requested', 'authorized', 'queuedForDevice', 'succeeded']);
  });

  it('attack 6: a device can neither see nor report the action of another', async () => {
    const { id } = await request(own.deviceId);
    const other = await enrol('pc-9');
    assert.deepEqual(await actions.waitingActions(other), []);
    await assert.rejects(actions.reportActions(other, [report(id, 'succeeded')]), {
      code: 'actions.not_found',
    });
    assert.equal((await actions.readAction(HELP_DESK, id)).state, 'queuedForDevice');
  });

  it('attack 1: ids and results with SQL in them are values like others', async () => {
    const { id } = await request(own.deviceId);
    await assert.rejects(
      actions.reportActions(own, [report("x' or true --" as ActionId, 'succeeded')]),
      { code: 'actions.not_found' },
    );
    const evil = `'); drop table actions; --\0`;
    await actions.reportActions(own, [
      report(id, 'failed', {
        at: "now'); --",
        result: { errorCode: 1.5, message: evil, details: { [evil]: evil } },
      }),
    ]);
    const { result, hops } = await actions.readAction(HELP_DESK, id);
    assert.equal(result?.message, evil.replace('\0', '\ufffd'));
    assert.equal(result?.errorCode, -1);
    assert.equal(hops.at(-1)?.at, '2026-11-23T12:00:00.000Z');
    await assert.rejects(actions.readAction(HELP_DESK, "x' or true --" as ActionId), {
      code: 'actions.not_found',
    });
  });

  it('cancels until the device has it, then says why not', async () => {
    const { id } = await request(own.deviceId);
    const cancelled = await actions.cancelAction(HELP_DESK, id);
    assert.equal(cancelled.hops.at(-1)?.reason, 'Cancelled by ada.');
    assert.deepEqual(await actions.cancelAction(HELP_DESK, id), cancelled);
    assert.deepEqual(await actions.waitingActions(own), []);
    const { id: late } = await request(own.deviceId);
    await actions.reportActions(own, [report(late, 'running')]);
    await assert.rejects(actions.cancelAction(HELP_DESK, late), {
      code: 'actions.too_late',
      message: /it is running/,
    });
  });

  it('cancels behind a connector only what has not left', async () => {
    const { id } = await request(attached);
    await upload(HQ1, id, 'deliveredToSite');
    await assert.rejects(actions.cancelAction(HELP_DESK, id), { code: 'actions.too_late' });
    const { id: waiting } = await request(attached);
    await actions.cancelAction(HELP_DESK, waiting);
    assert.deepEqual(await actions.remoteActionQueue.queuedFor(HQ1), []);
  });

  it('audits it when an action was carried out although it had been cancelled here', async () => {
    const { id } = await request(own.deviceId);
    await actions.cancelAction(HELP_DESK, id);
    await actions.reportActions(own, [report(id, 'succeeded')]);
    assert.equal((await actions.readAction(HELP_DESK, id)).state, 'cancelled');
    const { id: remote } = await request(attached);
    await actions.cancelAction(HELP_DESK, remote);
    await upload(HQ1, remote, 'deliveredToSite', 'succeeded');
    const lines = await audit();
    assert.ok(lines.includes('actions.report actions.already_ended'));
    assert.ok(lines.includes('actions.upload actions.already_ended'));
  });

  it('expires what was not fetched in time, and waits longer for what is on its way elsewhere', async () => {
    const { id } = await request(own.deviceId);
    const { id: remote } = await request(attached);
    clock.advance(3_600_000 - 1);
    assert.equal(await expireActions(deps), 0);
    clock.advance(1);
    assert.equal(await expireActions(deps), 1);
    assert.equal((await states(id)).at(-1), 'expired');
    assert.deepEqual(await actions.waitingActions(own), []);
    clock.advance(120_000);
    assert.equal(await expireActions(deps), 1);
    const { hops } = await actions.readAction(HELP_DESK, remote);
    assert.equal(hops.at(-1)?.reason, 'HQ1 was not connected in time. Request it again.');
  });

  it('does not wait for an answer for ever', async () => {
    const { id } = await request(own.deviceId);
    await actions.reportActions(own, [report(id, 'running')]);
    clock.advance(7 * 24 * 3_600_000);
    await expireActions(deps);
    const { state, hops } = await actions.readAction(HELP_DESK, id);
    assert.equal(state, 'failed');
    assert.equal(hops.at(-1)?.reason, 'The device has not answered within 7 days.');
  });

  it('ends what is open when its device is removed', async () => {
    const { id } = await request(own.deviceId);
    const { id: running } = await request(own.deviceId);
    await actions.reportActions(own, [report(running, 'running')]);
    await test.database.transaction(authorityId, (tx) => actions.endForRemoved(tx, [own.deviceId]));
    assert.equal((await states(id)).at(-1), 'cancelled');
    assert.equal((await states(running)).at(-1), 'failed');
  });

  it('asks for the permission on the device that was loaded, and audits who was denied', async () => {
    const reader = actor('Read only');
    await assert.rejects(request(own.deviceId, reader), { code: 'access.denied' });
    const { id } = await request(own.deviceId);
    await assert.rejects(actions.cancelAction(reader, id), { code: 'access.denied' });
    assert.equal((await actions.readAction(reader, id)).state, 'queuedForDevice');
    assert.deepEqual((await audit()).toSorted(), [
      'actions.cancel access.denied',
      'actions.request access.denied',
      'actions.request success',
    ]);
    assert.equal(told.length, 1);
  });

  it('attack 14: one device can have only so many open actions', async () => {
    for (let count = 0; count < 50; count++) await request(own.deviceId);
    await assert.rejects(request(own.deviceId), { code: 'actions.too_many_open' });
    await request((await enrol('pc-9')).deviceId);
  });

  it('attack 13: an unknown kind is refused, with the nearest or with what there is', async () => {
    const ask = (kind: string): Promise<Action> =>
      actions.requestAction(HELP_DESK, { deviceId: own.deviceId, kind: kind as ActionKind });
    await assert.rejects(ask('quickScan'), { code: 'actions.kind_not_supported' });
    await assert.rejects(ask('refreshMachinePolcy'), /Did you mean refreshMachinePolicy\?/);
    await assert.rejects(ask('__proto__'), { code: 'actions.kind_unknown' });
  });

  it('lists a device’s actions newest first, page after page', async () => {
    const made: ActionId[] = [];
    for (let count = 0; count < 5; count++) {
      made.unshift((await request(own.deviceId)).id);
      clock.advance(1000);
    }
    await request(attached);
    const parse = (text: string): ReturnType<typeof parseQueryOptions> =>
      parseQueryOptions(new URLSearchParams(text), DEVICE_ACTION);
    const filter = `$filter=managedDeviceId eq '${own.deviceId}'`;
    let options = parse(`${filter}&$top=2&$count=true`);
    const found: ActionId[] = [];
    for (;;) {
      const page = await actions.list(HELP_DESK, options);
      assert.equal(page.count, 5);
      found.push(...page.items.map((action) => action.id));
      if (page.skipToken === null) break;
      options = { ...options, skipToken: page.skipToken };
    }
    assert.deepEqual(found, made);
    const open = await actions.list(
      HELP_DESK,
      parse("$filter=isFinal eq true or state eq 'queued'"),
    );
    assert.equal(open.items.length, 1);
  });
});
