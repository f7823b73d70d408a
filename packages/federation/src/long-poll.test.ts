import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudAttach, Prerequisite, StatusMessage } from '@moorline/contracts/admin';
import { FEDERATION_PATHS, UPLINK_CLOSE } from '@moorline/contracts/federation';
import {
  type ActionId,
  type ConnectorId,
  type DeviceId,
  rfc3339,
  systemClock,
} from '@moorline/kernel';
import { createPollChannel } from './downlink/poll-channel.ts';
import { identityOf } from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import { startInspector } from './testing/inspector.fixture.ts';
import {
  createShiftedClock,
  eventually,
  newId,
  removeFolder,
  type Site,
  startSite,
  startTenant,
  type Tenant,
} from './testing/lab.fixture.ts';
import { receivedDevices, sampleDevice } from './testing/recorder.fixture.ts';
import { createTenantClient } from './uplink/tenant-client.ts';

const open = useDatabases();
const CLOUD_ATTACH = '/v1.0/deviceManagement/cloudAttach';

async function act(
  tenant: Tenant,
  connectorId: ConnectorId,
  deviceId: DeviceId,
): Promise<ActionId> {
  const id = newId<ActionId>();
  tenant.queue.queue(connectorId, {
    id,
    deviceId,
    kind: 'refreshMachinePolicy',
    requestedAt: new Date().toISOString(),
    expiresAt: rfc3339(systemClock.now() + 600_000),
    actor: tenant.admin,
  });
  tenant.downlink.remotes.actionsQueued(connectorId);
  return id;
}

async function cleanUp(...folders: readonly { readonly folder: string }[]): Promise<void> {
  for (const one of folders) await removeFolder(one);
}

test('where no WebSocket passes a site goes by long polling by itself, and says so', async () => {
  await using tenant = await startTenant(open);
  let site: Site | undefined;
  await using inspector = await startInspector(tenant, { site: () => site });
  await using own = await startSite(open, { proxy: inspector.settings });
  site = own;
  const device = sampleDevice(newId<DeviceId>(), 'PC-1');
  await own.engine.putDevices([device]);
  const attached = await own.uplink.attach(await tenant.joinToken(), own.admin);
  const connectorId = attached.connectorId as ConnectorId;
  await eventually(own.bus, () => own.uplink.status().connected, 30_000);
  const { body } = await own.api<CloudAttach>('GET', CLOUD_ATTACH);
  assert.equal(body.transport, 'longPolling');
  assert.match(
    body.statusReason,
    /^Connected to Contoso by long polling: a WebSocket does not get through \(the request for it was answered with 403\)/,
  );
  await eventually(
    tenant.bus,
    async () => (await receivedDevices(tenant.database, tenant.authorityId)).length === 1,
  );
  const id = await act(tenant, connectorId, device.id);
  await eventually(own.bus, () => own.engine.requests.some((one) => one.id === id));
  const overview = await tenant.downlink.remotes.inventoryOverview(
    connectorId,
    tenant.admin,
    device.id,
  );
  assert.equal(overview.classes[0]?.className, 'Bios');

  const prerequisites = await own.api<{ value: Prerequisite[] }>(
    'GET',
    `${CLOUD_ATTACH}/prerequisites`,
  );
  const webSocket = prerequisites.body.value.find((one) => one.id === 'webSocket');
  assert.equal(webSocket?.status, 'warn');
  assert.match(webSocket?.evidence ?? '', /answered with 403/);
  const message = await eventually(own.bus, async () => {
    const answer = await own.api<{ value: StatusMessage[] }>(
      'GET',
      `${CLOUD_ATTACH}/statusMessages`,
    );
    return answer.body.value[0];
  });
  assert.deepEqual([message.messageId, message.severity], [11411, 'warning']);
  await cleanUp(tenant, own);
});

test('answers that are lost on the way lose no message, and give none twice', async () => {
  await using tenant = await startTenant(open);
  let site: Site | undefined;
  await using inspector = await startInspector(tenant, {
    site: () => site,
    loses: (path, count) =>
      (path === FEDERATION_PATHS.channelPoll || path === FEDERATION_PATHS.channelSend) &&
      count % 2 === 1,
  });
  await using own = await startSite(open, { proxy: inspector.settings });
  site = own;
  const device = sampleDevice(newId<DeviceId>(), 'PC-1');
  await own.engine.putDevices([device]);
  const attached = await own.uplink.attach(await tenant.joinToken(), own.admin);
  const connectorId = attached.connectorId as ConnectorId;
  await eventually(own.bus, () => own.uplink.status().connected, 30_000);
  const ids: ActionId[] = [];
  for (let index = 0; index < 8; index++) ids.push(await act(tenant, connectorId, device.id));
  await eventually(own.bus, () => own.engine.requests.length >= ids.length, 30_000);
  const overviews = await Promise.all(
    Array.from({ length: 8 }, () =>
      tenant.downlink.remotes.inventoryOverview(connectorId, tenant.admin, device.id),
    ),
  );
  assert.equal(overviews.length, 8);
  assert.ok(inspector.lost > 4, String(inspector.lost));
  // One request for each action: what was given again was not taken again.
  assert.deepEqual(own.engine.requests.map((one) => one.id).sort(), [...ids].sort());
  await cleanUp(tenant, own);
});

test('a WebSocket is tried again later, and taken when it passes', async () => {
  const clock = createShiftedClock();
  await using tenant = await startTenant(open, { clock });
  let site: Site | undefined;
  await using inspector = await startInspector(tenant, { site: () => site });
  await using own = await startSite(open, { proxy: inspector.settings, clock });
  site = own;
  await own.uplink.attach(await tenant.joinToken(), own.admin);
  await eventually(own.bus, () => own.uplink.status().transport === 'longPolling', 30_000);
  inspector.letWebSocketsPass();
  clock.shiftMs = 601_000;
  // A new attachment dials anew at once; without one it is the end of the ten minutes that does.
  await own.uplink.attach(await tenant.joinToken(), own.admin);
  await eventually(own.bus, () => own.uplink.status().transport === 'webSocket', 30_000);
  await cleanUp(tenant, own);
});

test('the tenant’s own no is no reason to go by long polling', async () => {
  await using tenant = await startTenant(open);
  await using own = await startSite(open);
  await own.uplink.attach(await tenant.joinToken(), own.admin);
  await eventually(own.bus, () => own.uplink.status().connected);
  const list = await tenant.api<{ value: { id: string }[] }>(
    'GET',
    '/v1.0/deviceManagement/configManagerConnectors',
  );
  await tenant.api(
    'DELETE',
    `/v1.0/deviceManagement/configManagerConnectors/${list.body.value[0]?.id}`,
  );
  const reason = await eventually(own.bus, () => {
    const status = own.uplink.status();
    return /detached from Contoso by the tenant/.test(status.reason) && status.reason;
  });
  assert.doesNotMatch(reason, /long polling/);
  await cleanUp(tenant, own);
});

test('attack 31: a channel is of the certificate that opened it, and nobody else polls it', async () => {
  await using tenant = await startTenant(open);
  await using first = await startSite(open);
  await using second = await startSite(open, { name: 'HQ2' });
  for (const site of [first, second]) {
    await site.uplink.attach(await tenant.joinToken(), site.admin);
    await eventually(site.bus, () => site.uplink.status().connected);
  }
  const clientOf = async (site: Site) => {
    const { certificate, privateKey, root } = await identityOf(site);
    return createTenantClient({ url: tenant.url, root, identity: { certificate, privateKey } });
  };
  using own = await clientOf(first);
  using thief = await clientOf(second);
  const { channel } = (await own.post(FEDERATION_PATHS.channel, '{}', {})).body as {
    channel: string;
  };
  const poll = JSON.stringify({ channel, ack: 0, holdMs: 0 });
  assert.equal((await own.post(FEDERATION_PATHS.channelPoll, poll, {})).status, 200);
  const stolen = await thief.post(FEDERATION_PATHS.channelPoll, poll, {});
  assert.equal((stolen.body as { code: string }).code, 'uplink.channel_unknown');
  const sent = JSON.stringify({ channel, messages: [], isLast: true });
  const ended = await thief.post(FEDERATION_PATHS.channelSend, sent, {});
  assert.equal((ended.body as { code: string }).code, 'uplink.channel_unknown');
  assert.equal((await own.post(FEDERATION_PATHS.channelPoll, poll, {})).status, 200);
  await cleanUp(tenant, first, second);
});

test('a channel gives again what was not acknowledged, and takes each number once, in order', async () => {
  const channel = createPollChannel(systemClock);
  const heard: unknown[] = [];
  const closes: number[] = [];
  channel.listen({
    message: (message) => heard.push(message),
    closed: (code) => closes.push(code),
  });
  const signal = new AbortController().signal;
  const relay = (id: string) => ({ type: 'relay', id, jws: 'x' }) as const;
  channel.send(relay('a'));
  channel.send(relay('b'));
  const numbers = async (ack: number): Promise<number[]> =>
    (await channel.poll(ack, 0, signal)).messages.map(({ seq }) => seq);
  assert.deepEqual(await numbers(0), [1, 2]);
  assert.deepEqual(await numbers(0), [1, 2]);
  assert.deepEqual(await numbers(1), [2]);
  assert.equal(channel.take([{ seq: 1, message: 'x' }], false), 1);
  assert.equal(
    channel.take(
      [
        { seq: 1, message: 'x' },
        { seq: 2, message: 'y' },
      ],
      false,
    ),
    2,
  );
  assert.equal(channel.take([{ seq: 4, message: 'gap' }], false), 2);
  assert.deepEqual(heard, ['x', 'y']);
  const held = channel.poll(2, 25_000, signal);
  channel.send(relay('c'));
  assert.deepEqual(
    (await held).messages.map(({ seq }) => seq),
    [3],
  );
  channel.close(UPLINK_CLOSE.replaced, 'newer');
  channel.close(UPLINK_CLOSE.goingAway, 'again');
  const last = await channel.poll(2, 25_000, signal);
  assert.deepEqual(
    last.messages.map(({ seq }) => seq),
    [3],
  );
  assert.deepEqual(last.closed, { code: UPLINK_CLOSE.replaced, reason: 'newer' });
  assert.deepEqual(closes, [UPLINK_CLOSE.replaced]);
});
