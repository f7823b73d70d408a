import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { parseQueryOptions } from '@moorline/codecs/odata';
import type { ActionId } from '@moorline/kernel';
import type { Action, ActionKind } from '@moorline/model';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { DEVICE_ACTION } from './entity.ts';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  administrator,
  createActionsLab,
  HELP_DESK,
  KIND,
  UPPER,
} from './testing/actions-lab.fixture.ts';

describe('actions', () => {
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

  it('takes an action from request to result, every hop with its place and reason', async () => {
    const { id, state } = await lab.request(lab.own.deviceId);
    assert.equal(state, 'queuedForDevice');
    assert.deepEqual(lab.told, [`nudge ${lab.own.deviceId}`]);
    const waiting = await lab.actions.waitingActions(lab.own);
    assert.deepEqual(waiting, [{ id, kind: KIND, expiresAt: '2026-11-24T12:00:00.000Z' }]);
    assert.deepEqual(await lab.actions.waitingActions(lab.own), waiting);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'deliveredToDevice')]);
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
    await lab.actions.reportActions(lab.own, [
      lab.report(id, 'running'),
      lab.report(id, 'succeeded'),
    ]);
    const action = await lab.actions.readAction(HELP_DESK, id);
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
    assert.deepEqual(await lab.audit(), ['actions.request success']);
  });

  it('says of a connected device that it is being told', async () => {
    lab.devices.presence.opened(lab.own, 'c');
    const { hops } = await lab.request(lab.own.deviceId);
    assert.equal(hops.at(-1)?.reason, 'pc-1 is connected and is being told.');
  });

  it('refuses to begin what has expired', async () => {
    await assert.rejects(
      lab.actions.requestAction(HELP_DESK, {
        deviceId: lab.own.deviceId,
        kind: KIND,
        expiresAt: '2026-11-23T12:00:00Z',
      }),
      { code: 'actions.expired' },
    );
  });

  it('attack 8: a result for an action never sent is refused, audited, and changes nothing', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const ghost = lab.newActionId();
    await assert.rejects(
      lab.actions.reportActions(lab.own, [
        lab.report(ghost, 'succeeded'),
        lab.report(id, 'running'),
      ]),
      { code: 'actions.not_found' },
    );
    assert.equal((await lab.states(id)).at(-1), 'running');
    await assert.rejects(lab.actions.readAction(HELP_DESK, ghost), { code: 'actions.not_found' });
    assert.ok((await lab.audit()).includes('actions.report actions.not_found'));
  });

  it('attack 8: a report sent twice, or one that goes backwards, adds no hop', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [
      lab.report(id, 'succeeded'),
      lab.report(id, 'succeeded'),
    ]);
    await lab.actions.reportActions(lab.own, [
      lab.report(id, 'running'),
      lab.report(id, 'failed'),
      lab.report(id, 'succeeded'),
    ]);
    assert.deepEqual(await lab.states(id), [
      'requested',
      'authorized',
      'queuedForDevice',
      'succeeded',
    ]);
  });

  it('attack 6: a device can neither see nor report the action of another', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const other = await lab.enrol('pc-9');
    assert.deepEqual(await lab.actions.waitingActions(other), []);
    await assert.rejects(lab.actions.reportActions(other, [lab.report(id, 'succeeded')]), {
      code: 'actions.not_found',
    });
    assert.equal((await lab.actions.readAction(HELP_DESK, id)).state, 'queuedForDevice');
  });

  it('attack 6: what many devices ask and report together stays each device’s own', async () => {
    const devices = [lab.own, await lab.enrol('pc-2'), await lab.enrol('pc-3')];
    const ids: ActionId[] = [];
    for (const { deviceId } of devices) ids.push((await lab.request(deviceId)).id);
    const waiting = await Promise.all(devices.map((device) => lab.actions.waitingActions(device)));
    assert.deepEqual(
      waiting.map((actions) => actions.map(({ id }) => id)),
      ids.map((id) => [id]),
    );
    const [mine, second, third] = ids as [ActionId, ActionId, ActionId];
    const outcomes = await Promise.allSettled([
      lab.actions.reportActions(lab.own, [lab.report(mine, 'running')]),
      // Reports another’s action as well as its own.
      lab.actions.reportActions(devices[1] as typeof lab.own, [
        lab.report(mine, 'failed'),
        lab.report(second, 'succeeded'),
      ]),
      lab.actions.reportActions(devices[2] as typeof lab.own, [lab.report(third, 'running')]),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const states = await Promise.all(
      ids.map(async (id) => (await lab.actions.readAction(HELP_DESK, id)).state),
    );
    assert.deepEqual(states, ['running', 'succeeded', 'running']);
  });

  it('attack 1: ids and results with SQL in them are values like others', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await assert.rejects(
      lab.actions.reportActions(lab.own, [lab.report("x' or true --" as ActionId, 'succeeded')]),
      { code: 'actions.not_found' },
    );
    const evil = `'); drop table actions; --\0`;
    await lab.actions.reportActions(lab.own, [
      lab.report(id, 'failed', {
        at: "now'); --",
        result: { errorCode: 1.5, message: evil, details: { [evil]: evil } },
      }),
    ]);
    const { result, hops } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(result?.message, evil.replace('\0', '\ufffd'));
    assert.equal(result?.errorCode, -1);
    assert.equal(hops.at(-1)?.at, '2026-11-23T12:00:00.000Z');
    await assert.rejects(lab.actions.readAction(HELP_DESK, "x' or true --" as ActionId), {
      code: 'actions.not_found',
    });
  });

  it('delivers after a restart what was queued while the device was away', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    clock.advance(1);
    const { id: asked } = await lab.request(lab.own.deviceId);
    const after = await lab.restarted();
    after.devices.presence.opened(lab.own, 'c');
    const waiting = await after.actions.waitingActions(lab.own);
    assert.deepEqual(
      waiting.map((action) => action.id),
      [id, asked],
    );
    await after.actions.reportActions(lab.own, [lab.report(id, 'succeeded')]);
    assert.equal((await after.actions.readAction(HELP_DESK, id)).state, 'succeeded');
    assert.equal((await after.actions.waitingActions(lab.own)).length, 1);
  });

  it('ends what is open when its device is removed', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const { id: running } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(running, 'running')]);
    await test.database.transaction(lab.authorityId, (tx) =>
      lab.actions.endForRemoved(tx, [lab.own.deviceId]),
    );
    assert.equal((await lab.states(id)).at(-1), 'cancelled');
    assert.equal((await lab.states(running)).at(-1), 'failed');
  });

  it('asks for the permission on the device that was loaded, and audits who was denied', async () => {
    const reader = administrator('Read only');
    await assert.rejects(lab.request(lab.own.deviceId, reader), { code: 'access.denied' });
    const { id } = await lab.request(lab.own.deviceId);
    await assert.rejects(lab.actions.cancelAction(reader, id), { code: 'access.denied' });
    assert.equal((await lab.actions.readAction(reader, id)).state, 'queuedForDevice');
    assert.deepEqual((await lab.audit()).toSorted(), [
      'actions.cancel access.denied',
      'actions.request access.denied',
      'actions.request success',
    ]);
    assert.equal(lab.told.length, 1);
  });

  it('attack 14: one device can have only so many open actions', async () => {
    for (let count = 0; count < 50; count++) await lab.request(lab.own.deviceId);
    await assert.rejects(lab.request(lab.own.deviceId), { code: 'actions.too_many_open' });
    await lab.request((await lab.enrol('pc-9')).deviceId);
  });

  it('attack 13: an unknown kind is refused, with the nearest or with what there is', async () => {
    const ask = (kind: string): Promise<Action> =>
      lab.actions.requestAction(HELP_DESK, {
        deviceId: lab.own.deviceId,
        kind: kind as ActionKind,
      });
    await assert.rejects(ask('wipe'), { code: 'actions.kind_unknown' });
    await assert.rejects(ask('refreshMachinePolcy'), /Did you mean refreshMachinePolicy\?/);
    await assert.rejects(ask('__proto__'), { code: 'actions.kind_unknown' });
  });

  it('lists a device’s actions newest first, page after page', async () => {
    const made: ActionId[] = [];
    for (let count = 0; count < 5; count++) {
      made.unshift((await lab.request(lab.own.deviceId)).id);
      clock.advance(1000);
    }
    await lab.request(lab.attached);
    const parse = (text: string): ReturnType<typeof parseQueryOptions> =>
      parseQueryOptions(new URLSearchParams(text), DEVICE_ACTION);
    const filter = `$filter=managedDeviceId eq '${lab.own.deviceId}'`;
    let options = parse(`${filter}&$top=2&$count=true`);
    const found: ActionId[] = [];
    for (;;) {
      const page = await lab.actions.list(HELP_DESK, options);
      assert.equal(page.count, 5);
      found.push(...page.items.map((action) => action.id));
      if (page.skipToken === null) break;
      options = { ...options, skipToken: page.skipToken };
    }
    assert.deepEqual(found, made);
    const open = await lab.actions.list(
      HELP_DESK,
      parse("$filter=isFinal eq true or state eq 'queued'"),
    );
    assert.equal(open.items.length, 1);
  });
});
