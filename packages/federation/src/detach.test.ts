import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CloudAttach, ConnectorDetail, ConnectorEvent } from '@moorline/contracts/admin';
import { FEDERATION_PATHS } from '@moorline/contracts/federation';
import type { DeviceId } from '@moorline/kernel';
import { identityOf, sample } from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import {
  eventually,
  newUser,
  removeFolder,
  type Site,
  startSite,
  startTenant,
  type Tenant,
} from './testing/lab.fixture.ts';
import { readAudit, receivedDevices } from './testing/recorder.fixture.ts';
import { createTenantClient } from './uplink/tenant-client.ts';

const open = useDatabases();
const CONNECTORS = '/v1.0/deviceManagement/configManagerConnectors';
const CLOUD_ATTACH = '/v1.0/deviceManagement/cloudAttach';

const devicesAt = async (tenant: Tenant): Promise<number> =>
  (await receivedDevices(tenant.database, tenant.authorityId)).length;

const arrive = (tenant: Tenant, count: number): Promise<true> =>
  eventually(tenant.bus, async () => (await devicesAt(tenant)) === count);

const show = async (tenant: Tenant, id: string): Promise<ConnectorDetail> =>
  (await tenant.api<ConnectorDetail>('GET', `${CONNECTORS}/${id}`)).body;

/** Attached, with `count` devices that have arrived. */
async function attach(tenant: Tenant, site: Site, count: number): Promise<string> {
  const { connectorId } = await site.uplink.attach(await tenant.joinToken(), site.admin);
  await arrive(tenant, count);
  await eventually(site.bus, () => site.uplink.status().connected);
  return connectorId;
}

test('a site that is detached from its own side takes its devices from the tenant at once, and may come back at once', async () => {
  await using tenant = await startTenant(open);
  await using other = await startTenant(open);
  await using site = await startSite(open);
  await site.engine.putDevices(sample(3));
  const id = await attach(tenant, site, 3);
  const answer = await site.api<CloudAttach>('DELETE', CLOUD_ATTACH);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.state, 'notAttached');
  assert.equal(answer.body.lastDetached?.isTenantTold, true);
  assert.deepEqual(answer.body.linkedAdministrators, []);
  await arrive(tenant, 0);
  const shown = await show(tenant, id);
  assert.equal(shown.status, 'notEnabled');
  assert.equal(shown.detachedBy, 'bob (HQ1)');
  const { body } = await tenant.api<{ value: ConnectorEvent[] }>(
    'GET',
    `${CONNECTORS}/${id}/events`,
  );
  assert.ok(body.value.some(({ kind }) => kind === 'detached'));
  assert.deepEqual(await readdir(join(site.folder, 'uplink')), []);
  const activities = (await readAudit(site.database, site.authorityId)).map((one) => one.activity);
  assert.deepEqual(activities, ['cloudAttach.attach', 'cloudAttach.detach']);
  assert.equal(await site.engine.deviceCount(), 3);

  // To another tenant, and back to the first: everything is there again, and the connector is the same.
  await attach(other, site, 3);
  await site.uplink.detach('bob');
  await arrive(other, 0);
  assert.equal(await attach(tenant, site, 3), id);
  assert.notEqual((await show(tenant, id)).status, 'notEnabled');
  for (const one of [tenant, other, site]) await removeFolder(one);
});

test('a site that cannot reach its tenant detaches all the same, and tells it at the next contact', async () => {
  const tenant = await startTenant(open);
  const site = await startSite(open);
  await site.engine.putDevices(sample(2));
  const id = await attach(tenant, site, 2);
  await tenant[Symbol.asyncDispose]();
  await eventually(site.bus, () => !site.uplink.status().connected);
  await site.uplink.detach('bob');
  const alone = await site.uplink.describe();
  assert.equal(alone.state, 'notAttached');
  assert.equal(alone.lastDetached?.isTenantTold, false);
  // What is left to tell outlives the site's own restart.
  await site[Symbol.asyncDispose]();
  await using restarted = await startSite(open, { again: site });
  await using again = await startTenant(open, { again: tenant });
  await arrive(again, 0);
  assert.equal((await show(again, id)).status, 'notEnabled');
  await eventually(
    restarted.bus,
    async () => (await restarted.uplink.describe()).lastDetached?.isTenantTold === true,
  );
  assert.deepEqual(await readdir(join(site.folder, 'uplink')), []);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a lost site is detached from the tenant alone, and what its key signs opens nothing any more', async () => {
  await using tenant = await startTenant(open);
  const site = await startSite(open);
  await site.engine.putDevices(sample(2));
  const id = await attach(tenant, site, 2);
  const identity = await identityOf(site);
  await site[Symbol.asyncDispose]();
  assert.equal((await tenant.api('DELETE', `${CONNECTORS}/${id}`)).status, 204);
  await arrive(tenant, 0);
  using client = createTenantClient({ url: tenant.url, root: identity.root, identity });
  const late = await client.post(
    FEDERATION_PATHS.detach,
    JSON.stringify({ by: 'mallory', at: new Date().toISOString() }),
    {},
  );
  assert.equal(late.status, 403);
  const { body } = await tenant.api<{ value: ConnectorEvent[] }>(
    'GET',
    `${CONNECTORS}/${id}/events`,
  );
  assert.equal(body.value.filter(({ kind }) => kind === 'detached').length, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('both ends may detach while they are cut off from each other, and meet again as strangers', async () => {
  const tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.engine.putDevices(sample(1));
  const id = await attach(tenant, site, 1);
  await tenant[Symbol.asyncDispose]();
  await eventually(site.bus, () => !site.uplink.status().connected);
  await site.uplink.detach('bob');
  await using again = await startTenant(open, { again: tenant });
  await again.api('DELETE', `${CONNECTORS}/${id}`);
  await eventually(
    site.bus,
    async () => (await site.uplink.describe()).lastDetached?.isTenantTold === true,
  );
  assert.equal(await attach(again, site, 1), id);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a word of farewell that was still to be told does not end the attachment that came after it', async () => {
  const tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.engine.putDevices(sample(1));
  await attach(tenant, site, 1);
  await tenant[Symbol.asyncDispose]();
  await eventually(site.bus, () => !site.uplink.status().connected);
  await site.uplink.detach('bob');
  await using again = await startTenant(open, { again: tenant });
  const id = await attach(again, site, 1);
  await site.engine.putDevices(sample(1));
  await arrive(again, 2);
  assert.notEqual((await show(again, id)).status, 'notEnabled');
  assert.equal((await site.uplink.describe()).state, 'attached');
  await removeFolder(tenant);
  await removeFolder(site);
});

test('attack 9: a detached connector’s links are gone, so another tenant gets nothing by the ids of the first', async () => {
  await using tenant = await startTenant(open);
  await using other = await startTenant(open);
  await using site = await startSite(open);
  const [device] = sample(1);
  assert.ok(device);
  await site.engine.putDevices([device]);
  await attach(tenant, site, 1);
  await site.uplink.detach('bob');
  const id = await attach(other, site, 1);
  // The other tenant claims that its administrator is the one who was linked under the first.
  const impostor = { ...newUser('alice'), userId: tenant.admin.userId };
  await assert.rejects(
    other.downlink.remotes.inventoryOverview(id as never, impostor, device.id as DeviceId),
    { code: 'relay.user_not_linked' },
  );
  for (const one of [tenant, other, site]) await removeFolder(one);
});
