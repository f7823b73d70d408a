import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CloudAttach, Prerequisite } from '@moorline/contracts/admin';
import {
  type ActionId,
  type ConnectorId,
  type DeviceId,
  rfc3339,
  systemClock,
} from '@moorline/kernel';
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
import { startProxy } from './testing/middlebox.fixture.ts';
import { receivedDevices, sampleDevice } from './testing/recorder.fixture.ts';
import { startTinyproxy } from './testing/tinyproxy.fixture.ts';
import { readProxySettings } from './uplink/proxy/proxy-settings.ts';

const open = useDatabases();
const CLOUD_ATTACH = '/v1.0/deviceManagement/cloudAttach';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-proxy-'));
let files = 0;
after(() => rm(scratch, { recursive: true }));

async function credentialsFile(text: string, mode = 0o600): Promise<string> {
  const file = join(scratch, `credentials-${++files}`);
  await writeFile(file, text, { mode });
  await chmod(file, mode);
  return file;
}

/** Attaches, uploads a device, and has an action done: everything that goes between the two. */
async function attachUploadAct(tenant: Tenant, site: Site): Promise<void> {
  const device = sampleDevice(newId<DeviceId>(), 'PC-1');
  await site.engine.putDevices([device]);
  const { connectorId } = await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 1,
    40_000,
  );
  const id = newId<ActionId>();
  tenant.queue.queue(connectorId as ConnectorId, {
    id,
    deviceId: device.id,
    kind: 'refreshMachinePolicy',
    requestedAt: new Date().toISOString(),
    expiresAt: rfc3339(systemClock.now() + 600_000),
    actor: tenant.admin,
  });
  const remotes = tenant.downlink.remotes;
  remotes.actionsQueued(connectorId as ConnectorId);
  await eventually(site.bus, async () => (await site.engine.actionCount()) === 1, 40_000);
  assert.deepEqual(
    site.engine.requests.map((one) => one.id),
    [id],
  );
}

async function cleanUp(...folders: readonly { readonly folder: string }[]): Promise<void> {
  for (const one of folders) await removeFolder(one);
}

for (const credentials of ['none', 'basic admin:s3cret', 'bearer tok-123'] as const) {
  const kind = credentials.split(' ')[0];
  test(`a site attaches, uploads and acts through a proxy alone, with ${kind} credentials`, async () => {
    await using tenant = await startTenant(open);
    const authorization =
      kind === 'none'
        ? undefined
        : kind === 'basic'
          ? `Basic ${Buffer.from('admin:s3cret').toString('base64')}`
          : 'Bearer tok-123';
    await using proxy = await startProxy(authorization === undefined ? {} : { authorization });
    const settings = await readProxySettings({
      url: `http://127.0.0.1:${proxy.port}`,
      ...(kind !== 'none' && { credentialsFile: await credentialsFile(`${credentials}\n`) }),
      noProxy: '',
      isFromEnvironment: false,
    });
    assert.equal(settings.credentials, kind);
    await using site = await startSite(open, { proxy: settings });
    await attachUploadAct(tenant, site);
    const { host } = new URL(tenant.url);
    assert.ok(proxy.asked.length >= 3);
    assert.deepEqual([...new Set(proxy.asked)], [host]);
    const { body } = await site.api<CloudAttach>('GET', CLOUD_ATTACH);
    assert.equal(body.proxy, settings.name);
    assert.equal(body.transport, 'webSocket');
    await cleanUp(tenant, site);
  });
}

test('a site attaches, uploads and acts through Debian’s tinyproxy, which wants a password', async (context) => {
  await using proxy = await startTinyproxy({ user: 'site', password: 'p4ss' });
  if (!proxy) {
    context.skip('tinyproxy is not installed and may not be installed here');
    return;
  }
  await using tenant = await startTenant(open);
  const refusedSettings = await readProxySettings({
    url: proxy.url,
    noProxy: '',
    isFromEnvironment: false,
  });
  await using refused = await startSite(open, { proxy: refusedSettings });
  await assert.rejects(refused.uplink.attach(await tenant.joinToken(), refused.admin), {
    code: 'proxy.refused',
    message: /answered 407 .*--proxy-credentials/,
  });
  const settings = await readProxySettings({
    url: proxy.url,
    credentialsFile: await credentialsFile('basic site:p4ss'),
    noProxy: '',
    isFromEnvironment: false,
  });
  await using site = await startSite(open, { proxy: settings });
  await attachUploadAct(tenant, site);
  const { body } = await site.api<{ value: Prerequisite[] }>(
    'GET',
    `${CLOUD_ATTACH}/prerequisites`,
  );
  const found = new Map(body.value.map((one) => [one.id, one]));
  assert.equal(found.get('proxy')?.status, 'pass', found.get('proxy')?.evidence);
  assert.match(found.get('proxy')?.evidence ?? '', /credentials: basic/);
  assert.equal(found.get('webSocket')?.status, 'pass');
  await cleanUp(tenant, site, refused);
});

test('a proxy that cuts silent connections is noticed, and signs of life keep the uplink open', async () => {
  await using tenant = await startTenant(open);
  await using proxy = await startProxy({ idleMs: 1500 });
  await using site = await startSite(open, { proxy: proxy.settings, idleSeconds: 4 });
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  const checked = await eventually(
    site.bus,
    async () => {
      const { body } = await site.api<{ value: Prerequisite[] }>(
        'GET',
        `${CLOUD_ATTACH}/prerequisites`,
      );
      const one = body.value.find(({ id }) => id === 'idleConnection');
      return one?.status === 'warn' && /sign of life every 1 s/.test(one.evidence) && one;
    },
    30_000,
  );
  assert.match(checked.evidence, /^A silent connection was cut after [12] s/);
  await eventually(site.bus, () => site.uplink.status().connected);
  const connectedAt = async (): Promise<string | null | undefined> =>
    (
      await tenant.api<{ value: { connectedDateTime: string | null }[] }>(
        'GET',
        '/v1.0/deviceManagement/configManagerConnectors',
      )
    ).body.value[0]?.connectedDateTime;
  // The uplink that was dialled with the new knowledge outlives the proxy's patience three times over.
  await eventually(
    site.bus,
    async () => {
      const before = await connectedAt();
      await systemClock.sleep(4500);
      return before !== null && before === (await connectedAt());
    },
    30_000,
  );
  await cleanUp(tenant, site);
});

test('through a proxy that holds everything back for a while a site still attaches, uploads and acts', async () => {
  await using tenant = await startTenant(open);
  await using proxy = await startProxy({ holdMs: 300 });
  await using site = await startSite(open, { proxy: proxy.settings });
  await attachUploadAct(tenant, site);
  await cleanUp(tenant, site);
});

test('what NO_PROXY names is reached past the proxy', async () => {
  await using tenant = await startTenant(open);
  await using proxy = await startProxy({ status: 502 });
  const settings = await readProxySettings({
    url: `http://127.0.0.1:${proxy.port}`,
    noProxy: 'example.org, 127.0.0.0/8, localhost',
    isFromEnvironment: false,
  });
  await using site = await startSite(open, { proxy: settings });
  await attachUploadAct(tenant, site);
  assert.deepEqual(proxy.asked, []);
  await cleanUp(tenant, site);
});

test('NO_PROXY takes names with what lies below, addresses, blocks, ports and everything', async () => {
  const through = async (noProxy: string, isFromEnvironment = false) =>
    (await readProxySettings({ url: 'proxy.example:3128', noProxy, isFromEnvironment })).isDirect;
  for (const [rule, host, port, isDirect] of [
    ['', 'tenant.example', 8444, false],
    ['tenant.example', 'tenant.example', 8444, true],
    ['.example', 'tenant.example', 8444, true],
    ['example', 'notexample', 8444, false],
    ['*.example', 'a.tenant.EXAMPLE.', 8444, true],
    ['tenant.example:443', 'tenant.example', 8444, false],
    ['tenant.example:8444', 'tenant.example', 8444, true],
    ['10.0.0.0/8', '10.20.30.40', 1, true],
    ['10.0.0.0/8', '11.0.0.1', 1, false],
    ['2001:db8::/32', '2001:db8::1', 1, true],
    ['[2001:db8::1]:8444', '2001:db8::1', 8444, true],
    ['10.0.0.0/99', '10.0.0.1', 1, false],
    ['*', 'tenant.example', 1, true],
  ] as const) {
    assert.equal((await through(rule))(host, port), isDirect, `${rule} of ${host}:${port}`);
  }
  assert.equal((await through('', true))('127.0.0.1', 1), true);
  assert.equal((await through('', false))('127.0.0.1', 1), false);
});

test('credentials of a proxy come from a file that nobody else reads, and are shown nowhere (attack 30)', async () => {
  const options = { url: 'http://proxy.example:3128', noProxy: '', isFromEnvironment: false };
  const open = await credentialsFile('basic a:b', 0o644);
  await assert.rejects(readProxySettings({ ...options, credentialsFile: open }), {
    code: 'proxy.credentials_unsafe',
    message: /mode 644.*chmod 600/,
  });
  for (const text of ['', 'a:b', 'bearer a b', 'basic nocolon', 'digest a:b', 'basic a:b\nmore']) {
    const file = await credentialsFile(text);
    await assert.rejects(readProxySettings({ ...options, credentialsFile: file }), {
      code: 'proxy.credentials_unreadable',
    });
    await rm(file);
  }
  for (const url of ['http://u:topsecret@proxy:1', 'socks5://proxy', 'http://']) {
    await assert.rejects(readProxySettings({ ...options, url }), (error: Error) => {
      assert.doesNotMatch(error.message, /topsecret/);
      return true;
    });
  }
  const fromEnvironment = await readProxySettings({
    url: 'http://u:p%40ss@proxy:1',
    noProxy: '',
    isFromEnvironment: true,
  });
  assert.equal(fromEnvironment.authorization, `Basic ${Buffer.from('u:p@ss').toString('base64')}`);
  assert.equal(fromEnvironment.name, 'proxy:1');
});
