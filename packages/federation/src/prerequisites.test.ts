import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import type { AttachEndpoint, Prerequisite, StatusMessage } from '@moorline/contracts/admin';
import { decodeInvitation, encodeInvitation, JOIN_PREFIX } from '@moorline/contracts/federation';
import type { DeviceId } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { useDatabases } from './testing/database.fixture.ts';
import {
  createShiftedClock,
  eventually,
  newId,
  removeFolder,
  type Site,
  startSite,
  startTenant,
} from './testing/lab.fixture.ts';
import { startProxy } from './testing/middlebox.fixture.ts';
import { sampleDevice } from './testing/recorder.fixture.ts';
import { PREREQUISITE_IDS } from './uplink/prerequisites/catalogue.ts';

const open = useDatabases();
const CLOUD_ATTACH = '/v1.0/deviceManagement/cloudAttach';
const PREREQUISITES = `${CLOUD_ATTACH}/prerequisites`;
const ENDPOINTS = `${CLOUD_ATTACH}/endpoints`;

async function check(site: Site, joinToken?: string): Promise<Map<string, Prerequisite>> {
  const answer = await (joinToken === undefined
    ? site.api<{ value: Prerequisite[] }>('GET', PREREQUISITES)
    : site.api<{ value: Prerequisite[] }>('POST', PREREQUISITES, { joinToken }));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return new Map(answer.body.value.map((one) => [one.id, one]));
}

function statuses(found: Map<string, Prerequisite>): Record<string, string> {
  return Object.fromEntries([...found.values()].map(({ id, status }) => [id, status]));
}

async function cleanUp(...folders: readonly { readonly folder: string }[]): Promise<void> {
  for (const one of folders) await removeFolder(one);
}

test('a site that can be attached passes every prerequisite that there is, before and after', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open, { idleSeconds: 1 });
  await site.engine.putDevices([sampleDevice(newId<DeviceId>(), 'PC-1')]);
  const joinToken = await tenant.joinToken();

  const before = await check(site, joinToken);
  assert.deepEqual([...before.keys()], [...PREREQUISITE_IDS]);
  assert.deepEqual(statuses(before), {
    siteRight: 'pass',
    tenantRight: 'pass',
    protocolVersion: 'pass',
    connectionMode: 'pass',
    clock: 'pass',
    nameResolution: 'pass',
    tcp: 'pass',
    proxy: 'not applicable',
    tls: 'pass',
    tlsInterception: 'pass',
    webSocket: 'pass',
    idleConnection: 'not applicable',
    certificates: 'pass',
    database: 'pass',
    disk: before.get('disk')?.status,
    clients: 'pass',
    notAttached: 'pass',
    region: 'not applicable',
    terms: 'not applicable',
    linkedAdministrator: 'not applicable',
  });
  assert.match(
    before.get('tenantRight')?.evidence ?? '',
    /^alice of the tenant made the join token/,
  );
  assert.match(before.get('idleConnection')?.evidence ?? '', /^It is being measured; known at/);
  for (const { evidence, why, fix, title, link } of before.values()) {
    for (const text of [evidence, why, fix, title, link]) assert.notEqual(text, '');
  }

  // The token was looked at, and is not spent.
  await site.uplink.attach(joinToken, site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  const survived = await eventually(site.bus, async () => {
    const one = (await check(site)).get('idleConnection');
    return one?.status === 'pass' && one;
  });
  assert.match(survived.evidence, /^A connection rested for 1 s and was still there/);
  const after = await check(site);
  assert.equal(after.get('linkedAdministrator')?.status, 'pass');
  assert.equal(after.get('notAttached')?.status, 'not applicable');
  assert.equal([...after.values()].filter(({ status }) => status === 'fail').length, 0);

  const again = await check(site, await tenant.joinToken());
  assert.equal(again.get('notAttached')?.status, 'pass');
  assert.match(again.get('notAttached')?.evidence ?? '', /attaching again .* at once/);
  await cleanUp(tenant, site);
});

test('without a tenant what cannot be known says so, and nothing is made up', async () => {
  await using site = await startSite(open);
  const found = await check(site);
  for (const id of ['clock', 'tcp', 'tls', 'webSocket', 'protocolVersion', 'idleConnection']) {
    assert.equal(found.get(id)?.status, 'not applicable', id);
    assert.match(found.get(id)?.evidence ?? '', /check with a join token/);
  }
  assert.equal(found.get('clients')?.status, 'warn');
  assert.equal(found.get('notAttached')?.status, 'pass');
  assert.deepEqual((await site.api<{ value: unknown[] }>('GET', ENDPOINTS)).body.value, []);
  const refused = await site.api<{ error: { code: string } }>('POST', `${ENDPOINTS}/check`);
  assert.equal(refused.body.error.code, 'attach.not_attached');
  await cleanUp(site);
});

test('what is wrong with the join token is what the check says', async () => {
  const clock = createShiftedClock();
  await using tenant = await startTenant(open, { clock });
  await using site = await startSite(open);
  const joinToken = await tenant.joinToken();
  const invitation = decodeInvitation(JOIN_PREFIX, joinToken);
  assert.ok(invitation);
  const forged = encodeInvitation(JOIN_PREFIX, { ...invitation, secret: 'x' });
  const tenantRight = async (token: string): Promise<Prerequisite | undefined> =>
    (await check(site, token)).get('tenantRight');
  assert.equal((await tenantRight(forged))?.status, 'fail');
  assert.match((await tenantRight(forged))?.evidence ?? '', /not one of this tenant/);
  clock.shiftMs = 2 * 3_600_000;
  assert.match((await tenantRight(joinToken))?.evidence ?? '', /^This join token ended/);
  const malformed = await site.api<{ error: { code: string } }>('POST', PREREQUISITES, {
    joinToken: 'mlj1.garbage',
  });
  assert.equal(malformed.body.error.code, 'attach.join_token_malformed');
  await cleanUp(tenant, site);
});

test('a clock that differs from the tenant’s is measured: a warning from 30 s, a failure from 60 s', async () => {
  const clock = createShiftedClock();
  await using tenant = await startTenant(open, { clock });
  await using site = await startSite(open);
  const joinToken = await tenant.joinToken();
  for (const [shiftMs, status] of [
    [20_000, 'pass'],
    [-45_000, 'warn'],
    [90_000, 'fail'],
  ] as const) {
    clock.shiftMs = shiftMs;
    // A look is shared for some seconds by those who ask together; another token's is another look.
    await using other = await startSite(open);
    const one = (await check(other, joinToken)).get('clock');
    assert.equal(one?.status, status, one?.evidence);
    assert.match(one?.evidence ?? '', new RegExp(`${Math.abs(shiftMs) / 1000}\\.\\d s`));
    await cleanUp(other);
  }
  await cleanUp(tenant, site);
});

test('something that opens TLS on the way is found, and named by who issued what answers', async () => {
  await using tenant = await startTenant(open);
  await using inspector = await testCertificates('Corporate Inspection');
  const middle = createTlsServer(await inspector.server(), (socket) =>
    socket.on('error', () => {}),
  );
  middle.listen(0, '127.0.0.1');
  await once(middle, 'listening');
  const { port } = middle.address() as AddressInfo;
  await using proxy = await startProxy({ divert: () => ({ host: '127.0.0.1', port }) });
  await using site = await startSite(open, { proxy: proxy.settings });
  const found = await check(site, await tenant.joinToken());
  assert.equal(found.get('tlsInterception')?.status, 'fail');
  assert.match(found.get('tlsInterception')?.evidence ?? '', /Corporate Inspection CA/);
  assert.equal(found.get('proxy')?.status, 'pass');
  assert.equal(found.get('webSocket')?.status, 'not applicable');
  middle.close();
  await cleanUp(tenant, site);
});

test('endpoints are judged by connectivity, each failing status with a hint of its own', async () => {
  await using tenant = await startTenant(open);
  const joinToken = await tenant.joinToken();
  const hints = new Set<string>();
  for (const status of [407, 408, 426, 451, 502, 511, 598, 599]) {
    await using proxy = await startProxy({ status });
    await using site = await startSite(open, { proxy: proxy.settings });
    const one = (await check(site, joinToken)).get('proxy');
    assert.equal(one?.status, 'fail');
    assert.match(one?.evidence ?? '', new RegExp(`answered ${status} `));
    hints.add((one?.evidence ?? '').split('. ').slice(1).join('. '));
    await cleanUp(site);
  }
  assert.equal(hints.size, 8);
  await cleanUp(tenant);
});

test('the table of endpoints follows what happens, and raises the reference product’s messages', async () => {
  const tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  const messages = async (): Promise<readonly StatusMessage[]> =>
    (await site.api<{ value: StatusMessage[] }>('GET', `${CLOUD_ATTACH}/statusMessages`)).body
      .value;
  const passed = await eventually(site.bus, async () => (await messages())[0]);
  assert.equal(passed.messageId, 11410);
  assert.equal(passed.severity, 'info');
  assert.equal(passed.component, 'SMS_SERVICE_CONNECTOR');
  const table = await site.api<{ value: AttachEndpoint[] }>('GET', ENDPOINTS);
  assert.deepEqual(
    table.body.value.map(({ id, status, critical, transport }) => [
      id,
      status,
      critical,
      transport,
    ]),
    [
      ['gateway', 'pass', true, 'https'],
      ['uplink', 'pass', false, 'webSocket'],
    ],
  );
  assert.ok(table.body.value.every(({ checkedDateTime }) => checkedDateTime !== null));

  await tenant[Symbol.asyncDispose]();
  await eventually(site.bus, () => !site.uplink.status().connected);
  const checked = await site.api<{ value: AttachEndpoint[] }>('POST', `${ENDPOINTS}/check`);
  assert.equal(checked.body.value[0]?.status, 'fail');
  assert.equal(checked.body.value[0]?.stage, 'connect');
  assert.equal(checked.body.value.length, 2, 'what was published stays in the table');
  assert.match(checked.body.value[0]?.result ?? '', /nothing listens there/);
  assert.deepEqual(
    (await messages()).map(({ messageId, severity }) => [messageId, severity]),
    [
      [11488, 'critical'],
      [11410, 'info'],
    ],
  );
  // A state that lasts is said once.
  await site.api('POST', `${ENDPOINTS}/check`);
  assert.equal((await messages()).length, 2);
  await cleanUp(tenant, site);
});

test('every check and endpoint has its place in the documentation', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/attach.md'), 'utf8');
  const anchors = new Set([...page.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id));
  for (const id of PREREQUISITE_IDS) assert.ok(anchors.has(`check-${id.toLowerCase()}`), id);
  for (const id of ['gateway', 'uplink']) assert.ok(anchors.has(`endpoint-${id}`), id);
});
