import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connector } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import type { ActionId, ConnectorId, DeviceId } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import { sql } from 'kysely';
import { useDatabases } from './testing/database.fixture.ts';
import {
  eventually,
  newId,
  newUser,
  removeFolder,
  type Site,
  startSite,
  startTenant,
  type Tenant,
} from './testing/lab.fixture.ts';
import { readAudit, receivedActions, sampleDevice } from './testing/recorder.fixture.ts';
import { FILE } from './testing/site-engine.fixture.ts';

const open = useDatabases();
const LINKS = '/v1.0/deviceManagement/cloudAttach/linkedAdministrators';

interface Pair extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly site: Site;
  readonly origin: ConnectorId;
  readonly deviceId: DeviceId;
}

async function attachedPair(options: { relayTimeoutMs?: number } = {}): Promise<Pair> {
  const tenant = await startTenant(open, options);
  const site = await startSite(open);
  const deviceId = newId<DeviceId>();
  await site.engine.putDevices([sampleDevice(deviceId, 'PC-1')]);
  const { connectorId } = await site.uplink.attach(await tenant.joinToken(), site.admin);
  const origin = connectorId as ConnectorId;
  await eventually(tenant.bus, () => tenant.downlink.remotes.describe(origin).online);
  return {
    tenant,
    site,
    origin,
    deviceId,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
      await removeFolder(site);
      await removeFolder({ folder: (tenant as Tenant & { folder: string }).folder });
    },
  };
}

function queueAction(
  { tenant, origin, deviceId }: Pick<Pair, 'tenant' | 'origin' | 'deviceId'>,
  actor: Actor = tenant.admin,
  kind = 'refreshMachinePolicy',
): ActionId {
  const id = newId<ActionId>();
  tenant.queue.queue(origin, {
    id,
    deviceId,
    kind: kind as 'refreshMachinePolicy',
    requestedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    actor,
  });
  tenant.downlink.remotes.actionsQueued(origin);
  return id;
}

test('a queued action is carried out at the site as the linked administrator, and its hops come back', async () => {
  await using pair = await attachedPair();
  const { tenant, site } = pair;
  const id = queueAction(pair);
  const uploaded = await eventually(tenant.bus, async () =>
    (await receivedActions(tenant.database, tenant.authorityId)).find(({ body }) => body.id === id),
  );
  tenant.queue.leave(id);
  assert.equal(uploaded.body.hops[0]?.state, 'authorized');
  assert.deepEqual(
    site.engine.requests.map((request) => request.actor),
    [
      {
        ...site.admin,
        via: 'relay',
        onBehalfOf: { userId: tenant.admin.userId, name: 'alice', authorityName: 'Contoso' },
      },
    ],
  );
  assert.deepEqual(tenant.queue.refusals, []);
});

test('an action that stays queued while its hops travel is asked for once per uplink', async () => {
  await using pair = await attachedPair();
  const { tenant, site, origin } = pair;
  queueAction(pair);
  await eventually(tenant.bus, () => site.engine.requests.length === 1);
  for (let round = 0; round < 5; round++) tenant.downlink.remotes.actionsQueued(origin);
  await tenant.downlink.remotes.inventoryOverview(origin, tenant.admin, pair.deviceId);
  assert.equal(site.engine.requests.length, 1);
});

test('what a site may have is ended by asking it, and what it never had is told so', async () => {
  await using pair = await attachedPair();
  const { tenant, site, origin } = pair;
  const id = queueAction(pair);
  await eventually(tenant.bus, () => site.engine.requests.length === 1);
  const { remotes } = tenant.downlink;
  assert.ok(remotes.mayHave(origin, { id, requestedAt: Date.now() + 1_000 }));
  const unknown = newId<ActionId>();
  assert.ok(!remotes.mayHave(origin, { id: unknown, requestedAt: Date.now() + 1_000 }));
  tenant.queue.cancel(id);
  remotes.actionsQueued(origin);
  const { answer } = await eventually(tenant.bus, () => tenant.queue.answers[0]);
  assert.notEqual(answer.kind, 'notThere');
});

test('a part of an action’s file comes from the site', async () => {
  await using pair = await attachedPair();
  const { tenant, origin } = pair;
  const { remotes } = tenant.downlink;
  const part = { offset: 2, length: 4 };
  const { data, sizeBytes } = await remotes.actionFile(origin, tenant.admin, newId(), part);
  assert.equal(Buffer.from(data).toString(), FILE.subarray(2, 6).toString());
  assert.equal(sizeBytes, FILE.length);
});

test('actions queued while the site is away are delivered when it connects', async () => {
  await using tenant = await startTenant(open);
  const site = await startSite(open);
  const deviceId = newId<DeviceId>();
  await site.engine.putDevices([sampleDevice(deviceId, 'PC-1')]);
  const { connectorId } = await site.uplink.attach(await tenant.joinToken(), site.admin);
  const origin = connectorId as ConnectorId;
  await eventually(tenant.bus, () => tenant.downlink.remotes.describe(origin).online);
  await site[Symbol.asyncDispose]();
  await eventually(tenant.bus, () => !tenant.downlink.remotes.describe(origin).online);
  assert.equal(tenant.downlink.remotes.describe(origin).name, 'HQ1');
  await assert.rejects(tenant.downlink.remotes.inventoryOverview(origin, tenant.admin, deviceId), {
    code: 'relay.not_connected',
  });
  const { body } = await tenant.api<{ value: Connector[] }>(
    'GET',
    '/v1.0/deviceManagement/configManagerConnectors',
  );
  assert.match(body.value[0]?.statusReason ?? '', /^Not connected: it was last connected just now/);
  const ids = [1, 2, 3].map(() => queueAction({ tenant, origin, deviceId }));
  await using again = await startSite(open, { again: site });
  await eventually(tenant.bus, () => again.engine.requests.length === 3);
  assert.deepEqual(again.engine.requests.map(({ id }) => id).sort(), [...ids].sort());
  await removeFolder(tenant);
  await removeFolder(again);
});

test('an administrator who is not linked is refused with what to do, recorded on the site, until linked', async () => {
  await using pair = await attachedPair();
  const { tenant, site, origin, deviceId } = pair;
  const carol = newUser('carol');
  const id = queueAction(pair, carol);
  const refusal = await eventually(tenant.bus, () => tenant.queue.refusals[0]);
  assert.deepEqual([refusal.id, refusal.placeName], [id, 'HQ1']);
  assert.match(
    refusal.reason,
    /^carol of Contoso is not linked to an administrator of HQ1, .* links the id [0-9a-f-]{36}/,
  );
  assert.equal(await site.engine.actionCount(), 0);
  const audit = (await readAudit(site.database, site.authorityId)).at(-1);
  assert.equal(audit?.activity, 'relay.refuse');
  assert.equal(audit?.actor, 'carol (Contoso)');
  assert.equal(audit?.details?.code, 'relay.user_not_linked');

  const linked = await site.api('POST', LINKS, {
    tenantUserId: carol.userId,
    tenantUserName: 'carol',
    localUserId: site.admin.userId,
  });
  assert.equal(linked.status, 201);
  const overview = await tenant.downlink.remotes.inventoryOverview(origin, carol, deviceId);
  assert.equal(overview.classes[0]?.className, 'Bios');
  assert.equal((await site.api('DELETE', `${LINKS}/${carol.userId}`)).status, 204);
  await assert.rejects(tenant.downlink.remotes.inventoryOverview(origin, carol, deviceId), {
    code: 'relay.user_not_linked',
  });
  const gone = await site.api<{ error: { code: string } }>('DELETE', `${LINKS}/${carol.userId}`);
  assert.deepEqual([gone.status, gone.body.error.code], [404, 'links.not_found']);
  const unknown = await site.api<{ error: { code: string } }>('POST', LINKS, {
    tenantUserId: carol.userId,
    localUserId: newId(),
  });
  assert.equal(unknown.body.error.code, 'links.local_user_unknown');
});

test('the local account decides: its role, and whether it still is one', async () => {
  await using pair = await attachedPair();
  const { tenant, site, origin, deviceId } = pair;
  site.accounts.set(site.admin.userId, { ...site.admin, role: 'Read only' });
  queueAction(pair);
  const refusal = await eventually(tenant.bus, () => tenant.queue.refusals[0]);
  assert.match(refusal.reason, /HQ1 refused it: there alice of Contoso acts as bob,/);
  assert.match(refusal.reason, /Read only, does not include the permission devices\.sync/);
  assert.equal(await site.engine.actionCount(), 0);
  site.accounts.delete(site.admin.userId);
  await assert.rejects(tenant.downlink.remotes.inventoryOverview(origin, tenant.admin, deviceId), {
    code: 'relay.local_account_unavailable',
  });
});

test('live reads come from the site; its own refusals come through with their code', async () => {
  await using pair = await attachedPair();
  const { tenant, origin, deviceId } = pair;
  const { remotes } = tenant.downlink;
  const document = await remotes.inventoryDocument(origin, tenant.admin, deviceId, 'Bios', {
    skip: 2,
    top: 3,
  });
  assert.deepEqual(
    document.rows.map((row) => row.Index),
    [2, 3, 4],
  );
  await assert.rejects(remotes.inventoryOverview(origin, tenant.admin, newId<DeviceId>()), {
    code: 'devices.not_found',
  });
  await assert.rejects(
    remotes.inventoryOverview(origin, { kind: 'system', name: 'scheduler' }, deviceId),
    { code: 'relay.actor_not_user' },
  );
  const many = await Promise.all(
    Array.from({ length: 40 }, () => remotes.inventoryOverview(origin, tenant.admin, deviceId)),
  );
  assert.equal(many.length, 40);
});

test('an action of a kind that the site does not know is refused, and the queue moves on', async () => {
  await using pair = await attachedPair();
  queueAction(pair, pair.tenant.admin, 'selfDestruct');
  const good = queueAction(pair);
  await eventually(pair.tenant.bus, () => pair.site.engine.requests.length === 1);
  assert.equal(pair.site.engine.requests[0]?.id, good);
  const refusal = await eventually(pair.tenant.bus, () => pair.tenant.queue.refusals[0]);
  assert.match(refusal.reason, /HQ1 knows no action "selfDestruct"/);
});

test('a site that does not answer in time is a time-out, not a refusal, and is asked again', async () => {
  await using pair = await attachedPair({ relayTimeoutMs: 300 });
  const { tenant, site, origin, deviceId } = pair;
  const held = await holdTable(site);
  await assert.rejects(tenant.downlink.remotes.inventoryOverview(origin, tenant.admin, deviceId), {
    code: 'relay.timeout',
  });
  const id = queueAction(pair);
  await assert.rejects(tenant.downlink.remotes.inventoryOverview(origin, tenant.admin, deviceId), {
    code: 'relay.timeout',
  });
  await held.release();
  // A request is seen before its action is stored: what is stored is what counts.
  await eventually(tenant.bus, async () => (await site.engine.actionCount()) === 1);
  assert.ok(site.engine.requests.some((request) => request.id === id));
  assert.deepEqual(tenant.queue.refusals, []);
});

/** Locks what every relay request has to write, as a database under load would. */
async function holdTable(site: Site): Promise<{ release(): Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const work = site.database.transaction(site.authorityId, async (tx) => {
    await sql`lock table relay_seen in share row exclusive mode`.execute(sqlOf(tx));
    locked.resolve();
    await promise;
  });
  await locked.promise;
  return {
    async release() {
      resolve();
      await work;
    },
  };
}

test('the explorer’s questions go through the uplink: days, differences, sorting, and the live device', async () => {
  await using pair = await attachedPair();
  const { tenant, origin, deviceId } = pair;
  const { remotes } = tenant.downlink;
  const { periods } = await remotes.inventoryHistory(origin, tenant.admin, deviceId, 'Bios');
  assert.deepEqual(
    periods.map(({ from, to }) => [from, to]),
    [['2026-11-20', '2026-11-23']],
  );
  const wanted = { from: '2026-11-20', to: null, skip: 0, top: 10 };
  const difference = await remotes.inventoryDifference(
    origin,
    tenant.admin,
    deviceId,
    'Bios',
    wanted,
  );
  assert.deepEqual(difference.changes, [
    { kind: 'added', columns: ['Index'], before: null, after: { Index: 1 } },
  ]);
  const orderBy = { column: 'Index', descending: true };
  const page = { skip: 3, top: 2, orderBy, day: '2026-11-21' };
  const document = await remotes.inventoryDocument(origin, tenant.admin, deviceId, 'Bios', page);
  assert.equal(document.rows[0]?.Index, 3);
  const asked = await remotes.refreshInventory(origin, tenant.admin, deviceId, 'Bios');
  assert.equal(asked.receivedAt, '2026-11-23T10:00:01.000Z');
  await assert.rejects(remotes.refreshInventory(origin, tenant.admin, newId<DeviceId>(), 'Bios'), {
    code: 'devices.not_found',
  });
});
