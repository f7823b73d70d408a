import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { parseQueryOptions } from '@moorline/codecs/odata';
import type { ActionId } from '@moorline/kernel';
import type { Action, ActionKind, Actor } from '@moorline/model';
import type { ActionFilePart, AuthenticatedDevice } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { DEVICE_ACTION } from './entity.ts';
import { pruneEnded } from './prune.ts';
import { expireActions } from './reconcile.ts';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  administrator,
  createActionsLab,
  HELP_DESK,
  HQ1,
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

  it('cancels until the device has it, then says why not', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const cancelled = await lab.actions.cancelAction(HELP_DESK, id);
    assert.equal(cancelled.hops.at(-1)?.reason, 'Cancelled by ada.');
    assert.deepEqual(await lab.actions.cancelAction(HELP_DESK, id), cancelled);
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
    const { id: late } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(late, 'running')]);
    await assert.rejects(lab.actions.cancelAction(HELP_DESK, late), {
      code: 'actions.too_late',
      message: /it is running/,
    });
  });

  it('asks a device that has it to end it, and ends it by the device’s word', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'deliveredToDevice')]);
    const asked = await lab.actions.cancelAction(HELP_DESK, id);
    assert.equal(asked.state, 'deliveredToDevice');
    assert.match(asked.cancellation?.reason ?? '', /is being asked to end it/);
    const [waiting] = await lab.actions.waitingActions(lab.own);
    assert.equal(waiting?.isCancelled, true);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'cancelled')]);
    const ended = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(ended.hops.at(-1)?.place, 'device');
    assert.equal(ended.state, 'cancelled');
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
  });

  it('says that a cancellation came too late when the device had begun', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'deliveredToDevice')]);
    await lab.actions.cancelAction(HELP_DESK, id);
    await lab.actions.reportActions(lab.own, [
      lab.report(id, 'running'),
      lab.report(id, 'succeeded'),
    ]);
    const { state, cancellation } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(state, 'succeeded');
    assert.match(cancellation?.reason ?? '', /^It came too late\. It succeeded\./);
    const { id: other } = await lab.request(lab.own.deviceId);
    await lab.actions.cancelAction(HELP_DESK, other);
    await lab.actions.reportActions(lab.own, [lab.report(other, 'running')]);
    assert.equal(
      (await lab.actions.readAction(HELP_DESK, other)).cancellation?.reason,
      'It had been cancelled when word came that pc-1 had begun it.',
    );
  });

  it('cancels by itself what a connected device does not answer for', async () => {
    lab.devices.presence.opened(lab.own, 'c');
    const { id } = await lab.request(lab.own.deviceId);
    assert.equal((await lab.actions.cancelAction(HELP_DESK, id)).state, 'queuedForDevice');
    clock.advance(30_000);
    await expireActions(lab.parts);
    const { hops } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(hops.at(-1)?.reason, 'Cancelled by ada (Contoso); the device did not answer.');
  });

  it('expires by the default and at the longest that are set', async () => {
    const settings = { defaultExpiryMinutes: 60, maximumExpiryMinutes: 120 };
    await lab.actions.settings.change(administrator('Administrator'), settings);
    assert.equal((await lab.request(lab.own.deviceId)).expiresAt, '2026-11-23T13:00:00.000Z');
    const asked = await lab.actions.requestAction(HELP_DESK, {
      deviceId: lab.own.deviceId,
      kind: KIND,
      expiresAt: '2027-01-01T00:00:00Z',
    });
    assert.equal(asked.expiresAt, '2026-11-23T14:00:00.000Z');
    await assert.rejects(
      lab.actions.settings.change(administrator('Administrator'), { maximumExpiryMinutes: 30 }),
      { code: 'actions.settings_invalid' },
    );
    await assert.rejects(lab.actions.settings.change(HELP_DESK, { keepActionsDays: 1 }), {
      code: 'access.denied',
    });
  });

  it('forgets what ended longer ago than it is kept, and nothing else', async () => {
    const { id: old } = await lab.request(lab.own.deviceId);
    await lab.actions.cancelAction(HELP_DESK, old);
    const { id: open } = await lab.request(lab.own.deviceId);
    clock.advance(180 * 86_400_000 - 1);
    assert.equal(await pruneEnded(lab.parts), 0);
    clock.advance(2);
    assert.equal(await pruneEnded(lab.parts), 1);
    await assert.rejects(lab.actions.readAction(HELP_DESK, old), { code: 'actions.not_found' });
    assert.equal((await lab.actions.readAction(HELP_DESK, open)).id, open);
  });

  it('wakes a device through a connected one of its subnet, and says why when there is none', async () => {
    const wake = (): Promise<Action> =>
      lab.actions.requestAction(HELP_DESK, {
        deviceId: lab.own.deviceId,
        kind: 'wakeUpClient',
      });
    assert.match((await wake()).hops.at(-1)?.reason ?? '', /hardware address of pc-1 is not known/);
    const peer = await lab.enrol('pc-7');
    const stranger = await lab.enrol('pc-8');
    const addresses = [
      [lab.own.deviceId, "10.1.2.3/24, x', 999.1.1.1/24"],
      [peer.deviceId, '10.1.2.77/24'],
      [stranger.deviceId, '10.1.9.1/24'],
    ] as const;
    for (const [id, address] of addresses) {
      await test.asOwner(
        `insert into inventory_documents (authority_id, device_id, class_name, hash, collected_at, received_at, row_count, rows)
         values ('${lab.authorityId}', '${id}', 'IPConfig', 'h', now(), now(), 1,
           jsonb_build_array(jsonb_build_object('IPV4Address', '${address.replace("'", "''")}')))`,
      );
    }
    await test.asOwner(
      `update devices set ethernet_mac_address = '02:00:00:00:00:01' where id = '${lab.own.deviceId}'`,
    );
    const alone = await wake();
    assert.equal(alone.state, 'failed');
    assert.match(
      alone.hops.at(-1)?.reason ?? '',
      /No other device on the subnet .*10\.1\.2\.0\/24/,
    );
    for (const device of [peer, stranger]) lab.devices.presence.opened(device, 'c');
    await lab.devices.presence.flush();
    const { id, hops } = await wake();
    assert.match(hops.at(-1)?.reason ?? '', /^pc-7 is on the same subnet/);
    assert.equal(lab.told.at(-1), `nudge ${peer.deviceId}`);
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
    assert.deepEqual(await lab.actions.waitingActions(stranger), []);
    const [asked] = await lab.actions.waitingActions(peer);
    assert.deepEqual(asked?.parameters, {
      macAddresses: '02:00:00:00:00:01',
      broadcastAddress: '10.1.2.255',
    });
    await assert.rejects(lab.actions.reportActions(lab.own, [lab.report(id, 'succeeded')]), {
      code: 'actions.not_found',
    });
    await lab.actions.reportActions(peer, [lab.report(id, 'succeeded')]);
    assert.equal((await lab.states(id)).at(-1), 'succeeded');
    lab.devices.presence.opened(lab.own, 'c');
    assert.match((await wake()).hops.at(-1)?.reason ?? '', /it is awake already/);
  });

  it('attack 27: keeps what a device sends for its own action as a file by its hash, and nothing else', async () => {
    const { id } = await lab.actions.requestAction(HELP_DESK, {
      deviceId: lab.own.deviceId,
      kind: 'collectDiagnostics',
    });
    const data = Buffer.from('PK and so on');
    const sha256 = createHash('sha256').update(data).digest('hex');
    const piece = { id, offset: 0, sizeBytes: data.length, sha256, data };
    const put = (by: AuthenticatedDevice, change: Partial<typeof piece>): Promise<number> =>
      lab.actions.putActionFile(by, { ...piece, ...change });
    const read = (by: Actor): Promise<ActionFilePart> =>
      lab.actions.readActionFile(by, id, { offset: 3, length: 100 });
    try {
      await assert.rejects(put(lab.own, {}), { code: 'actions.file_not_wanted' });
      await lab.actions.reportActions(lab.own, [lab.report(id, 'running')]);
      const other = await lab.enrol('pc-9');
      await assert.rejects(put(other, {}), { code: 'actions.not_found' });
      await assert.rejects(put(lab.own, { id: lab.newActionId() }), { code: 'actions.not_found' });
      await assert.rejects(read(HELP_DESK), { code: 'actions.file_not_there' });
      assert.equal(await put(lab.own, { data: data.subarray(0, 5) }), 5);
      assert.equal(await put(lab.own, { offset: 7, data: data.subarray(7) }), 5);
      await assert.rejects(put(lab.own, { sha256: 'a'.repeat(64), data }), {
        code: 'actions.file_damaged',
      });
      assert.equal(await put(lab.own, { data: data.subarray(0, 5) }), 5);
      assert.equal(await put(lab.own, { offset: 5, data: data.subarray(5) }), data.length);
      assert.equal(await put(lab.own, {}), data.length);
      const part = await read(HELP_DESK);
      assert.equal(Buffer.from(part.data).toString(), 'and so on');
      assert.deepEqual([part.sizeBytes, part.sha256], [data.length, sha256]);
      await assert.rejects(read(administrator('Read only')), { code: 'access.denied' });
      assert.deepEqual(await readdir(join(lab.filesFolder, lab.authorityId)), [sha256]);
    } finally {
      await lab.removeFiles();
    }
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

  it('audits it when an action was carried out although it had been cancelled here', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.cancelAction(HELP_DESK, id);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'succeeded')]);
    assert.equal((await lab.actions.readAction(HELP_DESK, id)).state, 'cancelled');
    const { id: remote } = await lab.request(lab.attached);
    await lab.actions.cancelAction(HELP_DESK, remote);
    await lab.upload(HQ1, remote, 'deliveredToSite', 'succeeded');
    const lines = await lab.audit();
    assert.ok(lines.includes('actions.report actions.already_ended'));
    assert.ok(lines.includes('actions.upload actions.already_ended'));
  });

  it('expires what was not fetched in time, and waits longer for what is on its way elsewhere', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const { id: remote } = await lab.request(lab.attached);
    clock.advance(24 * 3_600_000 - 1);
    assert.equal(await expireActions(lab.parts), 0);
    clock.advance(1);
    assert.equal(await expireActions(lab.parts), 1);
    assert.equal((await lab.states(id)).at(-1), 'expired');
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
    clock.advance(120_000);
    assert.equal(await expireActions(lab.parts), 1);
    const { hops } = await lab.actions.readAction(HELP_DESK, remote);
    assert.equal(hops.at(-1)?.reason, 'HQ1 was not connected in time. Request it again.');
  });

  it('does not wait for an answer for ever', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'running')]);
    clock.advance(7 * 24 * 3_600_000);
    await expireActions(lab.parts);
    const { state, hops } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(state, 'failed');
    assert.equal(hops.at(-1)?.reason, 'The device has not answered within 7 days.');
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
