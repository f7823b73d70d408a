import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { DeviceId } from '@moorline/kernel';
import type { DeviceNudge } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  ADMIN,
  createInventoryLab,
  disk,
  INVENTORY_LAB_MIGRATIONS,
  type InventoryLab,
  READER,
} from './inventory.fixture.ts';
import { createRefreshes } from './refreshes.ts';

const START = Date.UTC(2026, 10, 10, 12);

describe('inventory asked of the device', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: InventoryLab;

  before(async () => {
    test = await withDatabase(INVENTORY_LAB_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(START);
    lab = await createInventoryLab(test, clock);
  });

  const refresh = (actor = ADMIN, className = 'LogicalDisk'): Promise<unknown> =>
    lab.inventory.refreshInventory(actor, lab.own.deviceId, className);
  const setOnline = (): Promise<unknown> =>
    test.asOwner(
      `update devices set online = true where authority_id = '${lab.authorityId}' and id = '${lab.own.deviceId}'`,
    );
  const nudged = async (): Promise<void> => {
    while (lab.nudges.length === 0) await new Promise(setImmediate);
  };

  it('is answered when the document is stored, and by that of no other class', async () => {
    await setOnline();
    const answer = refresh();
    await nudged();
    await lab.report('Service');
    clock.advance(1000);
    await lab.report('LogicalDisk', disk('a', 1));
    assert.deepEqual(await answer, { receivedAt: '2026-11-10T12:00:01.000Z' });
    assert.deepEqual(lab.nudges, [[lab.own.deviceId, { inventory: ['LogicalDisk'] }]]);
  });

  it('two who ask for the same wait for one answer', async () => {
    const nudger = {
      nudge: (id: DeviceId, nudge: DeviceNudge) => void lab.nudges.push([id, nudge]),
      nudgeAll() {},
      disconnect() {},
    };
    const refreshes = createRefreshes({ clock, nudger });
    const both = [1, 2].map(() => refreshes.ask(lab.own.deviceId, 'OS'));
    refreshes.stored(lab.own.deviceId, ['OS']);
    assert.deepEqual(await Promise.all(both), [{ receivedAt: START }, { receivedAt: START }]);
    assert.equal(lab.nudges.length, 1);
  });

  it('says so when the device does not answer, is not connected, or is not to be asked by this role', async () => {
    await assert.rejects(refresh(), { code: 'inventory.device_offline', status: 409 });
    await setOnline();
    await assert.rejects(refresh(READER), { code: 'access.denied' });
    await assert.rejects(refresh(ADMIN, 'LogicalDisc'), { code: 'inventory.class_unknown' });
    const silent = assert.rejects(refresh(), { code: 'inventory.device_silent', status: 504 });
    await nudged();
    clock.advance(13_000);
    await silent;
  });

  it('attack 14: a device is asked for few classes at a time', async () => {
    await setOnline();
    const names = ['OS', 'Bios', 'Device', 'Memory', 'Process', 'Service', 'User', 'TPM'];
    const asked = names.map((name) => assert.rejects(refresh(ADMIN, name)));
    while (lab.nudges.length < names.length) await new Promise(setImmediate);
    await assert.rejects(refresh(), { code: 'inventory.refreshes_busy', status: 503 });
    clock.advance(13_000);
    await Promise.all(asked);
  });
});
