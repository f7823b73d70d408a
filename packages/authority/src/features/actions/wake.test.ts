import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Action } from '@moorline/model';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  createActionsLab,
  HELP_DESK,
} from './testing/actions-lab.fixture.ts';

describe('waking', () => {
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
});
