import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Connector } from '@moorline/contracts/admin';
import { connectorUri, FEDERATION_LIMITS, FEDERATION_PATHS } from '@moorline/contracts/federation';
import { sqlOf } from '@moorline/db';
import { type DeviceId, silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { createKeyAndCsr, openLocalCa } from '@moorline/pki';
import { sql } from 'kysely';
import WebSocket from 'ws';
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
import { readAudit, receivedDevices, sampleDevice } from './testing/recorder.fixture.ts';
import type { UplinkTables } from './uplink/tables.ts';
import { createTenantClient, type TenantAnswer } from './uplink/tenant-client.ts';

const open = useDatabases();
const CONNECTORS = '/v1.0/deviceManagement/configManagerConnectors';

function sample(count: number): ReturnType<typeof sampleDevice>[] {
  return Array.from({ length: count }, (_, index) =>
    sampleDevice(newId<DeviceId>(), `PC-${index}`),
  );
}

/** The site's identity as it stands in its own database and folder. */
async function identityOf(site: Site) {
  const row = await site.database.read(site.authorityId, (tx) =>
    sqlOf<UplinkTables>(tx).selectFrom('attachments').selectAll().executeTakeFirstOrThrow(),
  );
  const { privateKey } = JSON.parse(
    await readFile(join(site.folder, 'uplink', row.key_file), 'utf8'),
  );
  return { certificate: row.certificate, privateKey, root: row.root_certificate };
}

async function post(
  tenant: Tenant,
  identity: { certificate: string; privateKey: string } | null,
  batch: { epoch: string; from: string; to: string; body: Uint8Array },
): Promise<TenantAnswer & { code: unknown }> {
  using client = createTenantClient({
    url: tenant.url,
    root: tenant.issuer.caCertificate,
    identity,
  });
  const answer = await client.post(FEDERATION_PATHS.batches, batch.body, {
    headers: {
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
      'moorline-epoch': batch.epoch,
      'moorline-from': batch.from,
      'moorline-to': batch.to,
      'moorline-more': '0',
    },
  });
  return { ...answer, code: (answer.body as { code?: unknown } | null)?.code };
}

function line(device: ReturnType<typeof sampleDevice>): string {
  return JSON.stringify({ kind: 'device', ...device });
}

async function cursorOf(tenant: Tenant): Promise<{ epoch: string; cursor: string; id: string }> {
  const { rows } = await tenant.database.read(tenant.authorityId, (tx) =>
    sql<{
      epoch: string;
      cursor: string;
      id: string;
    }>`select epoch, cursor, id from connectors`.execute(sqlOf(tx)),
  );
  const [row] = rows;
  assert.ok(row);
  return row;
}

/** Attached, connected, and stopped again: what follows is the test's own traffic. */
async function attachedThenSilent(tenant: Tenant): Promise<Site> {
  const site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  await site[Symbol.asyncDispose]();
  return site;
}

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

test('a batch that is sent again after its answer was lost is acknowledged and not applied again', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(tenant);
  const identity = await identityOf(site);
  const { epoch, cursor } = await cursorOf(tenant);
  const [device] = sample(1);
  assert.ok(device);
  const batch = { epoch, from: cursor, to: '900.1', body: gzipSync(line(device)) };
  const first = await post(tenant, identity, batch);
  assert.deepEqual([first.status, first.body], [200, { cursor: '900.1' }]);
  const repeat = await post(tenant, identity, batch);
  assert.deepEqual([repeat.status, repeat.body], [200, { cursor: '900.1' }]);
  const [stored] = await receivedDevices(tenant.database, tenant.authorityId);
  assert.equal(stored?.times, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a batch that does not start where the tenant stands is answered with where it stands', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(tenant);
  const identity = await identityOf(site);
  const { epoch, cursor } = await cursorOf(tenant);
  const answer = await post(tenant, identity, {
    epoch,
    from: '800.1',
    to: '900.1',
    body: gzipSync(''),
  });
  assert.equal(answer.status, 409);
  assert.equal(answer.code, 'uplink.cursor_mismatch');
  assert.equal((answer.body as { cursor: string }).cursor, cursor);
  const other = await post(tenant, identity, {
    epoch: newId(),
    from: cursor,
    to: '900.1',
    body: gzipSync(''),
  });
  assert.deepEqual([other.status, other.code], [409, 'uplink.epoch_unknown']);
  assert.equal((await cursorOf(tenant)).cursor, cursor);
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

test('a batch with a bad line, a bomb or too many lines is refused whole, recorded, and the cursor stays', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(tenant);
  const identity = await identityOf(site);
  const { epoch, cursor } = await cursorOf(tenant);
  const [device] = sample(1);
  assert.ok(device);
  const at = { epoch, from: cursor, to: '900.1' };
  const attempts: readonly [string, string, Uint8Array][] = [
    ['not JSON', 'uplink.batch_malformed', gzipSync(`${line(device)}\n{"kind":`)],
    ['an unknown kind', 'uplink.batch_malformed', gzipSync('{"kind":"wipe"}')],
    [
      'an unknown member',
      'uplink.batch_malformed',
      gzipSync(JSON.stringify({ kind: 'device', ...device, role: 'admin' })),
    ],
    [
      'a NUL in a name',
      'uplink.batch_malformed',
      gzipSync(line(sampleDevice(device.id, 'a\u0000b'))),
    ],
    [
      'half a character',
      'uplink.batch_malformed',
      gzipSync(line(sampleDevice(device.id, 'a\ud800b'))),
    ],
    [
      'a day that is none',
      'uplink.batch_malformed',
      gzipSync(line({ ...device, enrolledAt: '2026-02-30T00:00:00Z' })),
    ],
    [
      'bytes that are not UTF-8',
      'uplink.batch_encoding',
      gzipSync(Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    ],
    ['a bomb', 'request.too_large', gzipSync(Buffer.alloc(FEDERATION_LIMITS.batchBytes + 1, 0x20))],
    [
      'too many lines',
      'uplink.batch_too_large',
      gzipSync(
        `${JSON.stringify({ kind: 'tombstone', id: device.id })}\n`.repeat(
          FEDERATION_LIMITS.batchRecords + 1,
        ),
      ),
    ],
    ['bytes that are not gzip', 'request.malformed', Buffer.from('hello')],
  ];
  for (const [what, code, body] of attempts) {
    const answer = await post(tenant, identity, { ...at, body });
    assert.equal(answer.code, code, what);
    assert.ok(answer.status >= 400 && answer.status < 500, what);
  }
  const backwards = await post(tenant, identity, {
    epoch,
    from: '900.1',
    to: '800.1',
    body: gzipSync(''),
  });
  assert.equal(backwards.code, 'uplink.position_malformed');
  assert.equal((await cursorOf(tenant)).cursor, cursor);
  assert.equal((await receivedDevices(tenant.database, tenant.authorityId)).length, 0);
  const codes = (await readAudit(tenant.database, tenant.authorityId))
    .filter((record) => record.activity === 'connectors.upload' && record.result === 'failure')
    .map((record) => record.details?.code);
  assert.deepEqual(codes, [...attempts.map(([, code]) => code), 'uplink.position_malformed']);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('only the present certificate of a connector of this tenant opens anything', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(tenant);
  const { epoch, cursor, id } = await cursorOf(tenant);
  const own = await identityOf(site);
  const { privateKey, csr } = await createKeyAndCsr('x');
  const lifeMs = 3_600_000;
  const fromOurCa = async (uri: string) => ({
    privateKey,
    certificate: (
      await tenant.issuer.issueFromCsr(csr, { kind: 'client', uri, commonName: 'x', lifeMs })
    ).pem,
  });
  const foreignCa = await openLocalCa({
    folder: join(site.folder, 'foreign'),
    name: 'Evil',
    clock: systemClock,
    entropy: systemEntropy,
    logger: silentLogger,
  });
  const foreign = {
    privateKey,
    certificate: (
      await foreignCa.issueFromCsr(csr, {
        kind: 'client',
        uri: connectorUri(id),
        commonName: 'x',
        lifeMs,
      })
    ).pem,
  };
  const attempts = [
    ['request.certificate_required', null],
    ['request.certificate_required', foreign],
    ['uplink.certificate_foreign', await fromOurCa(`urn:moorline:device:${newId()}`)],
    ['uplink.certificate_foreign', await fromOurCa('urn:moorline:connector:1%27%20or%201=1')],
    ['uplink.connector_unknown', await fromOurCa(connectorUri(newId()))],
    ['uplink.certificate_revoked', await fromOurCa(connectorUri(id))],
  ] as const;
  for (const [code, identity] of attempts) {
    const answer = await post(tenant, identity, {
      epoch,
      from: cursor,
      to: '900.1',
      body: gzipSync(''),
    });
    assert.equal(answer.code, code);
    assert.equal(await refusalOfUplink(tenant, identity), answer.status, code);
  }
  assert.equal((await cursorOf(tenant)).cursor, cursor);
  const mine = await post(tenant, own, { epoch, from: cursor, to: '900.1', body: gzipSync('') });
  assert.equal(mine.status, 200);
  const codes = new Set(
    (await readAudit(tenant.database, tenant.authorityId)).map((record) => record.details?.code),
  );
  for (const [code] of attempts) assert.ok(codes.has(code), code);
  assert.equal((await readdir(join(site.folder, 'uplink'))).length, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

/** The status with which the tenant refuses to open an uplink with this identity. */
function refusalOfUplink(
  tenant: Tenant,
  identity: { certificate: string; privateKey: string } | null,
): Promise<number> {
  const socket = new WebSocket(`${tenant.url.replace('https', 'wss')}${FEDERATION_PATHS.uplink}`, {
    ca: tenant.issuer.caCertificate,
    ...(identity && { cert: identity.certificate, key: identity.privateKey }),
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('the uplink opened')));
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('error', () => {});
  });
}
