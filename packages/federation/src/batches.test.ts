import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { connectorUri, FEDERATION_LIMITS, FEDERATION_PATHS } from '@moorline/contracts/federation';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { createKeyAndCsr, openLocalCa } from '@moorline/pki';
import WebSocket from 'ws';
import {
  attachedThenSilent,
  cursorOf,
  identityOf,
  line,
  postBatch,
  sample,
} from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import { newId, removeFolder, startTenant, type Tenant } from './testing/lab.fixture.ts';
import { readAudit, receivedDevices, sampleDevice } from './testing/recorder.fixture.ts';
import { deviceRow } from './uplink/batch-encode.ts';

const open = useDatabases();

test('a batch that is sent again after its answer was lost is acknowledged and not applied again', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(open, tenant);
  const identity = await identityOf(site);
  const { epoch, cursor } = await cursorOf(tenant);
  const [device] = sample(1);
  assert.ok(device);
  const batch = { epoch, from: cursor, to: '900.1', body: gzipSync(line(device)) };
  const first = await postBatch(tenant, identity, batch);
  assert.deepEqual([first.status, first.body], [200, { cursor: '900.1' }]);
  const repeat = await postBatch(tenant, identity, batch);
  assert.deepEqual([repeat.status, repeat.body], [200, { cursor: '900.1' }]);
  const [stored] = await receivedDevices(tenant.database, tenant.authorityId);
  assert.equal(stored?.times, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a batch that does not start where the tenant stands is answered with where it stands', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(open, tenant);
  const identity = await identityOf(site);
  const { epoch, cursor } = await cursorOf(tenant);
  const answer = await postBatch(tenant, identity, {
    epoch,
    from: '800.1',
    to: '900.1',
    body: gzipSync(''),
  });
  assert.equal(answer.status, 409);
  assert.equal(answer.code, 'uplink.cursor_mismatch');
  assert.equal((answer.body as { cursor: string }).cursor, cursor);
  const other = await postBatch(tenant, identity, {
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

test('a batch with a bad line, a bomb or too many lines is refused whole, recorded, and the cursor stays', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(open, tenant);
  const identity = await identityOf(site);
  const { epoch, cursor } = await cursorOf(tenant);
  const [device] = sample(1);
  assert.ok(device);
  const at = { epoch, from: cursor, to: '900.1' };
  const attempts: readonly [string, string, Uint8Array][] = [
    ['not JSON', 'uplink.batch_malformed', gzipSync(`${line(device)}\n{"kind":`)],
    ['an unknown kind', 'uplink.batch_malformed', gzipSync('{"kind":"wipe"}')],
    [
      'a value too many',
      'uplink.batch_malformed',
      gzipSync(JSON.stringify([...deviceRow(device), 'admin'])),
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
    const answer = await postBatch(tenant, identity, { ...at, body });
    assert.equal(answer.code, code, what);
    assert.ok(answer.status >= 400 && answer.status < 500, what);
  }
  const backwards = await postBatch(tenant, identity, {
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
  const site = await attachedThenSilent(open, tenant);
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
    const answer = await postBatch(tenant, identity, {
      epoch,
      from: cursor,
      to: '900.1',
      body: gzipSync(''),
    });
    assert.equal(answer.code, code);
    assert.equal(await refusalOfUplink(tenant, identity), answer.status, code);
  }
  assert.equal((await cursorOf(tenant)).cursor, cursor);
  const mine = await postBatch(tenant, own, {
    epoch,
    from: cursor,
    to: '900.1',
    body: gzipSync(''),
  });
  assert.equal(mine.status, 200);
  const codes = new Set(
    (await readAudit(tenant.database, tenant.authorityId)).map((record) => record.details?.code),
  );
  for (const [code] of attempts) assert.ok(codes.has(code), code);
  assert.equal((await readdir(join(site.folder, 'uplink'))).length, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('what goes beside the log is of actions alone', async () => {
  await using tenant = await startTenant(open);
  const site = await attachedThenSilent(open, tenant);
  const identity = await identityOf(site);
  const { epoch } = await cursorOf(tenant);
  assert.ok(epoch);
  const [device] = sample(1);
  assert.ok(device);
  const batch = { epoch, from: '0.0', to: '0.1', body: gzipSync(line(device)) };
  const answer = await postBatch(tenant, identity, batch, FEDERATION_PATHS.actions);
  assert.deepEqual([answer.status, answer.code], [400, 'uplink.batch_malformed']);
  assert.deepEqual(await receivedDevices(tenant.database, tenant.authorityId), []);
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
