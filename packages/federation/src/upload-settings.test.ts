import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UploadPreview, UploadSettings, UploadState } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import type { ActionId, DeviceId } from '@moorline/kernel';
import { sql } from 'kysely';
import { cursorOf, sample } from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import {
  eventually,
  newId,
  removeFolder,
  type Site,
  startSite,
  startTenant,
  type Tenant,
} from './testing/lab.fixture.ts';
import { receivedActions, receivedDevices, sampleDevice } from './testing/recorder.fixture.ts';
import { UPLOAD_COLUMNS } from './uplink/upload-preview.ts';

const open = useDatabases();
const ATTACH = '/v1.0/deviceManagement/cloudAttach';
const SETTINGS = `${ATTACH}/uploadSettings`;
const LAB = newId<string>();
const SECRET = newId<string>();

type Devices = ReturnType<typeof sample>;
type Problem = { error: { code: string } };

async function changed(site: Site, change: Partial<UploadSettings>): Promise<UploadSettings> {
  const answer = await site.api<UploadSettings>('PATCH', SETTINGS, change);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

const scope = (collectionIds: string[], excludedCollectionIds: string[] = []) => ({
  devices: 'collections' as const,
  collectionIds,
  excludedCollectionIds,
});

async function namesAt(tenant: Tenant): Promise<(string | null)[]> {
  const all = await receivedDevices(tenant.database, tenant.authorityId);
  return all.map(({ body }) => body.summary.name).sort();
}

function until(tenant: Tenant, ...names: string[]): Promise<unknown> {
  return eventually(tenant.bus, async () => (await namesAt(tenant)).join() === names.join());
}

async function stateOf(site: Site): Promise<UploadState> {
  return (await site.api<UploadState>('GET', `${ATTACH}/upload`)).body;
}

async function attached(site: Site, tenant: Tenant): Promise<void> {
  await site.uplink.attach(await tenant.joinToken(), site.admin);
}

/** Attaches, and waits until the tenant has these devices and no others. */
async function sentTo(tenant: Tenant, site: Site, devices: Devices): Promise<void> {
  await attached(site, tenant);
  await until(tenant, ...devices.map(({ summary }) => summary.name ?? '').sort());
}

test('only devices of the chosen collections leave, and never one of an excluded collection', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const [one, two, three] = sample(3);
  assert.ok(one && two && three);
  await site.engine.putDevices([one, two, three]);
  site.engine.groups.set(LAB, new Set([one.id, two.id]));
  site.engine.groups.set(SECRET, new Set([two.id]));
  await changed(site, { scope: scope([LAB], [SECRET]) });
  await sentTo(tenant, site, [one]);

  await site.engine.putDevices([{ ...two, online: false }]);
  await site.engine.putDevices([{ ...one, online: false }]);
  await eventually(tenant.bus, async () => {
    const [received] = await receivedDevices(tenant.database, tenant.authorityId);
    return received?.body.online === false;
  });
  assert.deepEqual(await namesAt(tenant), ['PC-0']);
  const state = await stateOf(site);
  assert.deepEqual([state.devicesInScope, state.devicesExcluded], [1, 2]);

  // Wider: what enters the scope appears; narrower: what leaves it is gone.
  await changed(site, {
    scope: { devices: 'all', collectionIds: [], excludedCollectionIds: [SECRET] },
  });
  await until(tenant, 'PC-0', 'PC-2');
  await changed(site, { scope: scope([LAB], []) });
  await until(tenant, 'PC-0', 'PC-1');
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a batch that tells of no device that may leave has nothing of them in it', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const devices = sample(2);
  const [inside, outside] = devices;
  assert.ok(inside && outside);
  await site.engine.putDevices(devices);
  site.engine.groups.set(LAB, new Set([inside.id]));
  await changed(site, { scope: scope([LAB]) });
  await sentTo(tenant, site, [inside]);
  await eventually(site.bus, async () => (await stateOf(site)).lagRows === 0);
  const { batches } = await stateOf(site);
  assert.equal(
    batches.reduce((sum, batch) => sum + batch.records, 0),
    1,
  );
  await site.engine.putDevices([{ ...outside, online: false }]);
  await eventually(site.bus, async () => (await stateOf(site)).lagRows === 0);
  assert.equal((await stateOf(site)).batches[0]?.records, 0);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('columns of a category that is not uploaded leave as null, at once for all devices', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const devices = sample(2);
  await site.engine.putDevices(devices);
  await sentTo(tenant, site, devices);
  await changed(site, { categories: { hardware: true, operatingSystem: true, health: false } });
  await eventually(tenant.bus, async () => {
    const all = await receivedDevices(tenant.database, tenant.authorityId);
    return all.every(({ body }) => body.online === null && body.lastContactAt === null);
  });
  const { rows } = await tenant.database.read(tenant.authorityId, (tx) =>
    sql<{ upload_categories: string[] }>`select upload_categories from connectors`.execute(
      sqlOf(tx),
    ),
  );
  assert.deepEqual(rows[0]?.upload_categories, ['hardware', 'operatingSystem']);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('while the upload is paused actions go on, and on resuming every device is told once', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const [device] = sample(1);
  assert.ok(device);
  await site.engine.putDevices([device]);
  await sentTo(tenant, site, [device]);
  await changed(site, { paused: true });
  await eventually(site.bus, async () => (await stateOf(site)).phase === 'paused');
  for (let round = 0; round < 20; round++) {
    await site.engine.putDevices([{ ...device, clientVersion: `1.0.${round}` }]);
  }
  const id = newId<ActionId>();
  await site.engine.administration.requestAction(site.admin, {
    id,
    deviceId: device.id,
    kind: 'refreshMachinePolicy',
    expiresAt: '2027-01-01T00:00:00.000Z',
  });
  await eventually(tenant.bus, async () =>
    (await receivedActions(tenant.database, tenant.authorityId)).some(({ body }) => body.id === id),
  );
  const paused = await stateOf(site);
  // One entry for the device, however often it changed, and one for the action.
  assert.deepEqual([paused.phase, paused.lagRows], ['paused', 2]);
  const before = await receivedDevices(tenant.database, tenant.authorityId);
  assert.equal(before[0]?.body.clientVersion, device.clientVersion);
  await changed(site, { paused: false });
  await eventually(tenant.bus, async () => {
    const [received] = await receivedDevices(tenant.database, tenant.authorityId);
    return received?.body.clientVersion === '1.0.19' && received.times === 2;
  });
  await eventually(site.bus, async () => (await stateOf(site)).phase === 'upToDate');
  await removeFolder(tenant);
  await removeFolder(site);
});

test('what went wrong at the tenant is found by its digests and repaired', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const devices = sample(40);
  await site.engine.putDevices(devices);
  await attached(site, tenant);
  await eventually(tenant.bus, async () => (await namesAt(tenant)).length === 40);
  await eventually(site.bus, async () => (await stateOf(site)).lagRows === 0);
  const { id: connectorId } = await cursorOf(tenant);
  const [changedOne, missingOne] = devices;
  assert.ok(changedOne && missingOne);
  const extra = sampleDevice(newId<DeviceId>(), 'NOBODY');
  const whole = { ...changedOne, summary: { ...changedOne.summary, model: 'Another' } };
  await tenant.database.transaction(tenant.authorityId, async (tx) => {
    await sql`update received_devices set body = ${JSON.stringify(whole)}::jsonb
      where id = ${changedOne.id}`.execute(sqlOf(tx));
    await sql`delete from received_devices where id = ${missingOne.id}`.execute(sqlOf(tx));
    await sql`insert into received_devices (authority_id, origin, id, body, times)
      values (${tx.authorityId}, ${connectorId}, ${extra.id}, ${JSON.stringify(extra)}::jsonb, 1)`.execute(
      sqlOf(tx),
    );
  });
  const found = await site.api<UploadState>('POST', `${ATTACH}/upload/resync`, {});
  assert.equal(found.status, 200, JSON.stringify(found.body));
  assert.deepEqual([found.body.digest.state, found.body.digest.differingDevices], ['repairing', 3]);
  await eventually(tenant.bus, async () => {
    const all = await receivedDevices(tenant.database, tenant.authorityId);
    const isRight = all.every(({ body }) => body.summary.model === changedOne.summary.model);
    return all.length === 40 && isRight && !all.some(({ body }) => body.id === extra.id);
  });
  await eventually(site.bus, async () => (await stateOf(site)).digest.state === 'agrees');
  assert.equal((await stateOf(site)).digest.disagreesSinceDateTime, null);
  // Nothing but what differed was sent again.
  const all = await receivedDevices(tenant.database, tenant.authorityId);
  assert.equal(all.filter(({ times }) => times > 1).length, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a full resync sends everything again and says when it was complete', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const devices = sample(3);
  await site.engine.putDevices(devices);
  const early = await site.api<Problem>('POST', `${ATTACH}/upload/resync`, { full: true });
  assert.equal(early.body.error.code, 'attach.not_attached');
  await sentTo(tenant, site, devices);
  const first = await eventually(
    site.bus,
    async () => (await stateOf(site)).lastFullSyncDateTime ?? undefined,
  );
  await site.api('POST', `${ATTACH}/upload/resync`, { full: true });
  await eventually(tenant.bus, async () => {
    const all = await receivedDevices(tenant.database, tenant.authorityId);
    return all.every(({ times }) => times === 2);
  });
  await eventually(site.bus, async () => (await stateOf(site)).lastFullSyncDateTime !== first);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('settings are changed whole or not at all, by who saw them last', async () => {
  await using site = await startSite(open);
  const { etag } = await site.api('GET', SETTINGS);
  assert.ok(etag);
  const empty = await site.api<Problem>('PATCH', SETTINGS, { scope: scope([]) });
  assert.deepEqual([empty.status, empty.body.error.code], [400, 'upload.scope_empty']);
  const now = await site.api<UploadSettings>(
    'PATCH',
    SETTINGS,
    { intervalMinutes: 15 },
    { 'if-match': etag },
  );
  assert.deepEqual([now.status, now.body.intervalMinutes], [200, 15]);
  const late = await site.api<Problem>('PATCH', SETTINGS, { paused: true }, { 'if-match': etag });
  assert.deepEqual([late.status, late.body.error.code], [412, 'upload.changed_meanwhile']);
  const { body } = await site.api<UploadSettings>('GET', SETTINGS);
  assert.deepEqual([body.intervalMinutes, body.paused], [15, false]);
  const again = await site.api('PATCH', SETTINGS, { intervalMinutes: 15 });
  assert.equal(again.etag, now.etag);
  await removeFolder(site);
});

test('the preview shows exactly the lines that leave', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const devices = sample(3);
  await site.engine.putDevices(devices);
  const [one] = devices;
  assert.ok(one);
  site.engine.groups.set(LAB, new Set([one.id]));
  const choice = {
    scope: scope([LAB]),
    categories: { hardware: true, operatingSystem: true, health: false },
  };
  const { body: preview } = await site.api<UploadPreview>('POST', `${SETTINGS}/preview`, choice);
  assert.deepEqual([preview.devicesInScope, preview.devicesExcluded], [1, 2]);
  assert.equal(preview.columns.length, UPLOAD_COLUMNS.length);
  const [row] = preview.rows;
  assert.equal(row?.length, preview.columns.length);
  for (const [index, { category, isUploaded }] of preview.columns.entries()) {
    assert.equal(isUploaded, category !== 'health');
    if (!isUploaded) assert.equal(row?.[index], null);
  }
  const told = Object.fromEntries(preview.columns.map(({ name }, index) => [name, row?.[index]]));
  await changed(site, choice);
  await sentTo(tenant, site, [one]);
  const [received] = await receivedDevices(tenant.database, tenant.authorityId);
  assert.ok(received);
  const { summary, ...rest } = received.body;
  assert.deepEqual({ ...summary, ...rest }, told);
  await removeFolder(tenant);
  await removeFolder(site);
});
