import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connector } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import { sql } from 'kysely';
import { cursorOf, sample } from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import { eventually, removeFolder, startSite, startTenant } from './testing/lab.fixture.ts';
import { receivedDevices, sampleDevice } from './testing/recorder.fixture.ts';
import type { UplinkTables } from './uplink/tables.ts';

const open = useDatabases();
const CONNECTORS = '/v1.0/deviceManagement/configManagerConnectors';

test('devices that change at the site come to the tenant by themselves, each once', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const devices = sample(3);
  await site.engine.putDevices(devices);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(tenant.bus, async () => {
    const all = await receivedDevices(tenant.database, tenant.authorityId);
    return all.length === 3;
  });
  const renamed = sampleDevice((devices[0] as { id: DeviceId }).id, 'RENAMED');
  await site.engine.putDevices([renamed]);
  await eventually(tenant.bus, async () => {
    const all = await receivedDevices(tenant.database, tenant.authorityId);
    return all.some(({ body }) => body.summary.name === 'RENAMED');
  });
  const all = await receivedDevices(tenant.database, tenant.authorityId);
  assert.deepEqual(
    all.find(({ body }) => body.id === renamed.id),
    { body: renamed, times: 2 },
  );
  assert.deepEqual(all.map(({ times }) => times).sort(), [1, 1, 2]);
  const { body } = await tenant.api<{ value: Connector[] }>('GET', CONNECTORS);
  assert.equal(body.value[0]?.status, 'healthy');
  assert.ok(body.value[0]?.lastSyncDateTime);
  await eventually(site.bus, async () => (await site.uplink.describe()).pendingChanges === 0);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a device that is gone becomes a tombstone', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const [gone, kept] = sample(2);
  assert.ok(gone && kept);
  await site.engine.putDevices([gone, kept]);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 2,
  );
  await site.engine.removeDevice(gone.id);
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 1,
  );
  const [left] = await receivedDevices(tenant.database, tenant.authorityId);
  assert.equal(left?.body.id, kept.id);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('more changes than one batch holds arrive in order, each once', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.engine.putDevices(sample(4500));
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 4500,
  );
  const all = await receivedDevices(tenant.database, tenant.authorityId);
  assert.ok(all.every(({ times }) => times === 1));
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a site that lost its place goes on from where the tenant stands', async () => {
  await using tenant = await startTenant(open);
  const site = await startSite(open);
  await site.engine.putDevices(sample(2));
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 2,
  );
  await site[Symbol.asyncDispose]();
  // The tenant was put back: it has forgotten the batch.
  await tenant.database.transaction(tenant.authorityId, async (tx) => {
    await sql`delete from received_devices where authority_id = ${tenant.authorityId}`.execute(
      sqlOf(tx),
    );
    await sql`update connectors set cursor = '0.0' where authority_id = ${tenant.authorityId}`.execute(
      sqlOf(tx),
    );
  });
  await using again = await startSite(open, { again: site });
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 2,
  );
  await eventually(again.bus, () => again.uplink.status().connected);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a site whose change log was put back from a backup begins a new epoch and sends everything', async () => {
  await using tenant = await startTenant(open);
  const site = await startSite(open);
  await site.engine.putDevices(sample(2));
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 2,
  );
  const before = await cursorOf(tenant);
  await site[Symbol.asyncDispose]();
  await site.database.transaction(site.authorityId, (tx) =>
    sqlOf<UplinkTables>(tx)
      .updateTable('upload_cursors')
      .set({ acknowledged: '0.0', sent: '0.0' })
      .where('authority_id', '=', site.authorityId)
      .execute(),
  );
  await using again = await startSite(open, { again: site });
  await eventually(tenant.bus, async () => {
    const all = await receivedDevices(tenant.database, tenant.authorityId);
    return all.length === 2 && all.every(({ times }) => times === 2);
  });
  assert.notEqual((await cursorOf(tenant)).epoch, before.epoch);
  await removeFolder(tenant);
  await removeFolder(again);
});

test('while the tenant is away nothing is lost, and on its return nothing is doubled', async () => {
  const tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  await tenant[Symbol.asyncDispose]();
  await eventually(site.bus, () => !site.uplink.status().connected);
  assert.match(
    site.uplink.status().reason,
    /^Not connected to Contoso: .*tried again within \d+ s\.$/,
  );
  await site.engine.putDevices(sample(5));
  await using again = await startTenant(open, { again: tenant });
  await eventually(
    again.bus,
    async () => (await receivedDevices(again.database, again.authorityId)).length === 5,
  );
  const all = await receivedDevices(again.database, again.authorityId);
  assert.ok(all.every(({ times }) => times === 1));
  await removeFolder(tenant);
  await removeFolder(site);
});
