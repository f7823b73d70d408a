import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Constellation, type ConstellationAgent } from './constellation.ts';
import type { ScriptedProvider } from './scripted-provider.ts';

describe('the trip: a device of a site, seen and acted on from its tenant', () => {
  let world: Constellation;
  let device: ConstellationAgent;
  before(async () => {
    world = await Constellation.create({ devices: 1 });
    device = world.agents[0] as ConstellationAgent;
    await world.settle();
  });
  after(() => world?.[Symbol.asyncDispose]());

  it('shows the device in both places under one id, managed by the site', async () => {
    for (const { client } of [world.site, world.tenant]) {
      const { items } = await client.devices.list();
      assert.equal(items.length, 1);
      assert.equal(items[0]?.id, device.deviceId);
      assert.equal(items[0]?.deviceName, 'device-1');
      assert.equal(items[0]?.managementAgent, 'configurationManagerClient');
      assert.equal(items[0]?.serialNumber, 'SN-1');
      assert.equal(items[0]?.online, true);
    }
    const atTenant = await world.tenant.client.devices.get(device.deviceId);
    assert.equal(atTenant.connectorName, 'HQ1');
    assert.equal((await world.site.client.devices.get(device.deviceId)).connectorId, null);
  });

  it('shows the connector as healthy, with its device', async () => {
    const [connector] = await world.tenant.client.connectors.list();
    assert.equal(connector?.displayName, 'HQ1');
    assert.equal(connector?.status, 'healthy', connector?.statusReason);
    assert.equal(connector?.deviceCount, 1);
  });

  it('reads hardware live from the site, and stores none of it in the tenant', async () => {
    const classes = await world.tenant.client.devices.inventory(device.deviceId);
    assert.ok(classes.some((overview) => overview.className === 'ComputerSystem'));
    const document = await world.tenant.client.devices.inventoryDocument(device.deviceId, 'OS');
    assert.equal(document.rows[0]?.Caption, 'Debian GNU/Linux 12 (bookworm)');
    const stored = await world.tenant.asOwner(
      'select count(*)::int as count from inventory_documents',
    );
    assert.equal(stored[0]?.count, 0);
  });

  it('syncs machine policy from the tenant and shows every hop up to the agent’s answer', async () => {
    const id = await world.tenant.client.devices.triggerAction(
      device.deviceId,
      'refreshMachinePolicy',
    );
    const action = await world.tenant.client.actions.wait(id, { pollMs: 100 });
    assert.equal(action.state, 'succeeded', action.reason);
    assert.deepEqual(
      action.hops.map((hop) => `${hop.state} @ ${hop.place}`),
      [
        'requested @ tenant',
        'queued @ tenant',
        'deliveredToSite @ site',
        'authorized @ site',
        'queuedForDevice @ site',
        'deliveredToDevice @ device',
        'running @ device',
        'succeeded @ device',
      ],
    );
    assert.equal(action.result?.errorCode, 0);
    for (const hop of action.hops) assert.notEqual(hop.reason, '', hop.state);
  });

  it('records the deed at both ends, with the tenant administrator named at the site', async () => {
    await world.settle();
    for (const { client } of [world.tenant, world.site]) {
      const { items } = await client.auditEvents.list({ top: 200 });
      assert.ok(items.some((event) => event.activity === 'actions.request'));
      assert.equal((await client.auditEvents.verify()).isIntact, true);
    }
    const { items } = await world.site.client.auditEvents.list({ top: 200 });
    const request = items.find((event) => event.activity === 'actions.request');
    assert.match(request?.actor ?? '', /admin \(Contoso\) as admin/);
  });

  it('syncs the same device from the site’s own console through the same port', async () => {
    const id = await world.site.client.devices.triggerAction(
      device.deviceId,
      'refreshMachinePolicy',
    );
    const action = await world.site.client.actions.wait(id, { pollMs: 100 });
    assert.deepEqual(
      action.hops.map((hop) => hop.state),
      ['requested', 'authorized', 'queuedForDevice', 'deliveredToDevice', 'running', 'succeeded'],
    );
  });

  it('brings a changed document to the tenant', async () => {
    (device.provider as ScriptedProvider).change('ComputerSystem', { Model: 'Server 2' });
    const id = await world.tenant.client.devices.triggerAction(
      device.deviceId,
      'refreshMachinePolicy',
    );
    await world.tenant.client.actions.wait(id, { pollMs: 100 });
    for await (const event of until(world.tenant.client.liveEvents())) {
      if (event.topic !== 'device' && event.topic !== 'reset') continue;
      const { model } = await world.tenant.client.devices.get(device.deviceId);
      if (model === 'Server 2') return;
    }
    assert.fail('the change did not arrive');
  });
});

async function* until<T>(events: AsyncGenerator<T>, timeoutMs = 10_000): AsyncGenerator<T> {
  const timer = setTimeout(() => void events.return(undefined), timeoutMs);
  try {
    yield* events;
  } finally {
    clearTimeout(timer);
  }
}
