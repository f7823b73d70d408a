import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '@moorline/kernel';
import { ACTION_KINDS } from '@moorline/model';
import { Constellation } from '@moorline/testkit/constellation';
import { LAB, ORGANIZATION } from '../profile/organization.ts';
import type { ActionEvent } from './actions.ts';
import { createFleet, type Fleet, type FleetOptions } from './fleet.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-fleet-'));
let world: Constellation;

before(async () => {
  world = await Constellation.create({ devices: 0, attached: false });
});
after(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

async function invitation(quota: number): Promise<string> {
  const { token } = await world.site.client.enrolmentTokens.create({ quota });
  return token ?? '';
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 20_000;
  while (!(await holds())) {
    assert.ok(systemClock.now() < deadline, `in time: ${what}`);
    await systemClock.sleep(20);
  }
}

async function livingFleet(options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await createFleet({ devices: 5, profile: LAB, ...options });
  await fleet.enrol({ invitation: await invitation(fleet.size) });
  await fleet.connect();
  return fleet;
}

async function resultOf(actionId: string): Promise<string> {
  await until('the action ends', async () => {
    return (await world.site.client.actions.get(actionId)).isFinal;
  });
  return (await world.site.client.actions.get(actionId)).state;
}

test('devices enrol, connect, report inventory of their own, and are online', async () => {
  await using fleet = await livingFleet({ seed: 'report' });
  assert.equal(fleet.stats.connected, 5);
  const { client } = world.site;
  await until('all have reported', () => fleet.stats.documents.whole === 5 * LAB.classes.length);
  const models = new Set<string | null>();
  for (let index = 0; index < fleet.size; index++) {
    const id = fleet.deviceIdOf(index) ?? '';
    await until('it is online', async () => (await client.devices.get(id)).online === true);
    const device = await client.devices.get(id);
    assert.equal(device.deviceName, fleet.nameOf(index));
    assert.ok(device.operatingSystem && device.serialNumber);
    models.add(device.serialNumber);
    assert.equal((await client.devices.inventory(id)).length, LAB.classes.length);
  }
  assert.equal(models.size, 5);
  assert.deepEqual(fleet.stats.errors, {});
});

test('an action reaches its device over the channel and is answered, its stages told', async () => {
  const events: ActionEvent[] = [];
  await using fleet = await livingFleet({ seed: 'act', onAction: (event) => events.push(event) });
  const id = await world.site.client.devices.triggerAction(
    fleet.deviceIdOf(3) ?? '',
    'refreshMachinePolicy',
  );
  assert.equal(await resultOf(id), 'succeeded');
  await until('the device knows that its report was taken', () => events.length === 2);
  assert.deepEqual(
    events.map(({ index, stage, actionId }) => [index, stage, actionId]),
    [
      [3, 'received', id],
      [3, 'reported', id],
    ],
  );
});

test('actions fail at the declared rate, take the declared time, and unknown kinds say so', async () => {
  const failing = {
    ...LAB,
    actions: { default: { failureShare: 1, medianMs: 50, spread: 0 } },
  };
  await using fleet = await livingFleet({ devices: 1, seed: 'fail', profile: failing });
  const { client } = world.site;
  const deviceId = fleet.deviceIdOf(0) ?? '';
  const failed = await client.devices.triggerAction(deviceId, 'refreshMachinePolicy');
  assert.equal(await resultOf(failed), 'failed');
  await using lost = await livingFleet({
    devices: 1,
    seed: 'own handler',
    actionHandlers: {
      refreshMachinePolicy: async () => ({ errorCode: 42, message: 'No.', details: {} }),
    },
  });
  const other = await client.devices.triggerAction(
    lost.deviceIdOf(0) ?? '',
    'refreshMachinePolicy',
  );
  assert.equal(await resultOf(other), 'failed');
  assert.equal((await client.actions.get(other)).result?.errorCode, 42);
  const ready = lost.deviceIdOf(0) ?? '';
  for (const kind of ACTION_KINDS) {
    // Its own handler fails; a device that is awake is not woken; there are no logs to collect.
    if (['refreshMachinePolicy', 'wakeUpClient', 'collectDiagnostics'].includes(kind)) continue;
    const id = await client.devices.triggerAction(ready, kind);
    assert.equal(await resultOf(id), 'succeeded', kind);
  }
  const logs = await client.devices.triggerAction(ready, 'collectDiagnostics');
  assert.equal(await resultOf(logs), 'failed');
  assert.equal((await client.actions.get(logs)).result?.details.code, 'notSupported');
});

test('a class that is asked for now is sent, and who asks is answered', async () => {
  await using fleet = await livingFleet({ devices: 1, seed: 'asked' });
  await until('it has reported', () => fleet.stats.documents.whole === LAB.classes.length);
  const { devices } = world.site.client;
  const id = fleet.deviceIdOf(0) ?? '';
  await until('it is online', async () => (await devices.get(id)).online === true);
  const { receivedAt } = await devices.refreshInventory(id, 'LogicalDisk');
  const found = (await devices.inventory(id)).find((each) => each.className === 'LogicalDisk');
  assert.ok(found && Date.parse(found.receivedAt) <= Date.parse(receivedAt));
  assert.equal(fleet.stats.documents.whole, LAB.classes.length + 1);
});

test('a change by hand goes as a delta, and the authority stores it', async () => {
  await using fleet = await livingFleet({ devices: 1, seed: 'delta' });
  await until('it has reported', () => fleet.stats.documents.whole === LAB.classes.length);
  const rows = async (): Promise<unknown> => {
    const id = fleet.deviceIdOf(0) ?? '';
    return (await world.site.client.devices.inventoryDocument(id, 'LogicalDisk')).rows;
  };
  const before = await rows();
  await fleet.changeDocument(0, { className: 'LogicalDisk', form: 'delta' });
  assert.equal(fleet.stats.documents.delta, 1);
  assert.notDeepEqual(await rows(), before);
});

test('a device restored from an old state sends whole what the authority asks for again', async () => {
  const folder = join(scratch, 'resync');
  const ledger = join(folder, `ledger-${LAB.classes.length}.bin`);
  const options = { devices: 1, profile: LAB, seed: 'resync', folder };
  {
    await using fleet = await livingFleet(options);
    await until('it has reported', () => fleet.stats.documents.whole === LAB.classes.length);
  }
  const old = readFileSync(ledger);
  {
    await using ahead = await createFleet(options);
    await ahead.connect();
    await ahead.changeDocument(0, { className: 'User', form: 'delta' });
    await ahead.changeDocument(0, { className: 'User', form: 'delta' });
    assert.equal(ahead.stats.documents.resynced, 0);
  }
  writeFileSync(ledger, old);
  await using behind = await createFleet(options);
  await behind.connect();
  await behind.changeDocument(0, { className: 'User', form: 'delta' });
  assert.equal(behind.stats.documents.resynced, 1);
  assert.deepEqual(behind.stats.errors, {});
});

test('a device that comes back resumes its session, asks nothing, and gets what waited for it', async () => {
  await using fleet = await livingFleet({ seed: 'back' });
  await until('all have reported', () => fleet.stats.documents.whole === 5 * LAB.classes.length);
  const { resumed, requests } = fleet.stats;
  fleet.cut();
  const id = await world.site.client.devices.triggerAction(
    fleet.deviceIdOf(2) ?? '',
    'refreshMachinePolicy',
  );
  assert.equal(await resultOf(id), 'succeeded');
  await until('all are back', () => fleet.stats.connected === 5);
  assert.equal(fleet.stats.resumed - resumed, 5);
  // What the one action takes, and no poll of the others.
  const asked = fleet.stats.requests - requests;
  assert.ok(asked >= 3 && asked <= 5, `${asked} requests`);
});

test('a cut channel comes back by itself, with a resumed session', async () => {
  await using fleet = await livingFleet({ seed: 'cut' });
  fleet.cut();
  assert.equal(fleet.stats.connected, 0);
  await until('all are back', () => fleet.stats.connected === 5);
  assert.equal(fleet.stats.reconnects, 5);
});

test('a second fleet on the folder goes on with the same devices, and a foreign one is refused', async () => {
  const folder = join(scratch, 'kept');
  const ids: (string | null)[] = [];
  {
    await using fleet = await livingFleet({ seed: 'kept', folder });
    for (let index = 0; index < 5; index++) ids.push(fleet.deviceIdOf(index));
    await assert.rejects(
      createFleet({ devices: 5, profile: LAB, seed: 'kept', folder }),
      { code: 'simulator.folder_of_another' },
      'one at a time',
    );
  }
  assert.equal(statSync(join(folder, 'identities.ndjson')).mode & 0o777, 0o600);
  await using again = await createFleet({ devices: 6, profile: LAB, seed: 'kept', folder });
  assert.equal(again.stats.enrolled, 5);
  assert.deepEqual(
    ids,
    ids.map((_, index) => again.deviceIdOf(index)),
  );
  await again.connect();
  assert.equal(again.stats.connected, 5);
  await again[Symbol.asyncDispose]();
  await assert.rejects(createFleet({ devices: 5, profile: LAB, seed: 'other', folder }), {
    code: 'simulator.folder_of_another',
  });
  await assert.rejects(createFleet({ devices: 5, profile: ORGANIZATION, seed: 'kept', folder }), {
    code: 'simulator.folder_of_another',
  });
});

test('a token that is used up or malformed is told with how far it came', async () => {
  await using fleet = await createFleet({ devices: 4, profile: LAB, seed: 'quota' });
  await assert.rejects(fleet.enrol({ invitation: 'mle1.nonsense' }), {
    code: 'simulator.invitation_malformed',
  });
  await assert.rejects(
    fleet.enrol({ invitation: await invitation(2), concurrency: 1 }),
    /refused: .* 2 of 4 devices are enrolled/,
  );
  await fleet.enrol({ invitation: await invitation(2) });
  assert.equal(fleet.stats.enrolled, 4);
});

test('chaos is survived: repeats, losses and restarts leave every action answered once', async () => {
  const profile = { ...LAB, name: 'storm' };
  await using fleet = await createFleet({ devices: 8, profile, seed: 'chaos', chaos: true });
  await fleet.enrol({ invitation: await invitation(8), live: true });
  await fleet.connect();
  const { client } = world.site;
  const ids: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < fleet.size; index++) {
      const deviceId = fleet.deviceIdOf(index) ?? '';
      ids.push(await client.devices.triggerAction(deviceId, 'refreshMachinePolicy'));
      if (index % 3 === round) fleet.cut(index);
    }
  }
  for (const id of new Set(ids)) assert.equal(await resultOf(id), 'succeeded');
  assert.equal(fleet.stats.actions.received, new Set(ids).size);
});
