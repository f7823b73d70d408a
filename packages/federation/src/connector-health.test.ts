import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ConnectorDetail, ConnectorEvent } from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId } from '@moorline/kernel';
import { sql } from 'kysely';
import { identityOf, postBatch, sample } from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import {
  createJumpingClock,
  eventually,
  removeFolder,
  type Site,
  startSite,
  startTenant,
  type Tenant,
} from './testing/lab.fixture.ts';
import { readAudit, receivedDevices } from './testing/recorder.fixture.ts';

const open = useDatabases();
const CONNECTORS = '/v1.0/deviceManagement/configManagerConnectors';
const MINUTE = 60_000;

interface Attached extends AsyncDisposable {
  readonly clock: ReturnType<typeof createJumpingClock>;
  readonly tenant: Tenant & { readonly folder: string };
  readonly site: Site;
  readonly id: string;
  show(): Promise<ConnectorDetail>;
  events(): Promise<readonly ConnectorEvent[]>;
  /** A minute passes, and the tenant has looked at its connectors in it. */
  cycle(how?: { readonly minutes?: number; readonly stuck?: boolean }): Promise<ConnectorDetail>;
}

/** A site that is attached, connected and healthy, with a clock that both share. */
async function attached(): Promise<Attached> {
  const clock = createJumpingClock();
  const tenant = await startTenant(open, { clock });
  const site = await startSite(open, { clock });
  const { connectorId: id } = await site.uplink.attach(await tenant.joinToken(), site.admin);
  const show = async () => (await tenant.api<ConnectorDetail>('GET', `${CONNECTORS}/${id}`)).body;
  const cycles = () =>
    tenant.database.read(tenant.authorityId, async (tx) => {
      const { rows } = await sql<{ minute: Date }>`select max(minute) as minute
        from connector_minutes where authority_id = ${tenant.authorityId}`.execute(sqlOf(tx));
      return rows[0]?.minute?.getTime() ?? 0;
    });
  const requestsTaken = () =>
    site.database.read(site.authorityId, async (tx) => {
      const { rows } = await sql<{ jti: string }>`select jti from relay_seen
        where authority_id = ${site.authorityId}`.execute(sqlOf(tx));
      return (
        rows
          .map(({ jti }) => jti)
          .sort()
          .at(-1) ?? ''
      );
    });
  await eventually(tenant.bus, async () => (await show()).connection.lastProbeDateTime !== null);
  return {
    clock,
    tenant,
    site,
    id,
    show,
    events: async () =>
      (await tenant.api<{ value: ConnectorEvent[] }>('GET', `${CONNECTORS}/${id}/events`)).body
        .value,
    async cycle({ minutes = 1, stuck = false } = {}) {
      for (let passed = 0; passed < minutes; passed++) {
        const [before, taken] = [await cycles(), await requestsTaken()];
        clock.jump(MINUTE);
        if (stuck) {
          await eventually(site.bus, async () => (await requestsTaken()) > taken);
          clock.jump(11_000); // as long as the site waits for its queue, and no more
        }
        await eventually(tenant.bus, async () => (await cycles()) > before);
      }
      return show();
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
      await removeFolder(tenant);
      await removeFolder(site);
    },
  };
}

/** Does `work` while another transaction of the database holds what `statement` takes. */
async function whileHeld<T>(
  { database, authorityId }: { readonly database: Database; readonly authorityId: AuthorityId },
  statement: string,
  work: () => Promise<T>,
): Promise<T> {
  const held = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const holding = database.transaction(authorityId, async (tx) => {
    await sql.raw(statement).execute(sqlOf(tx));
    held.resolve();
    await done.promise;
  });
  await held.promise;
  try {
    return await work();
  } finally {
    done.resolve();
    await holding;
  }
}

test('a connected site is probed through its queue every minute, and its page tells what it reports', async () => {
  await using world = await attached();
  await world.site.engine.putDevices(sample(2));
  await eventually(
    world.tenant.bus,
    async () =>
      (await receivedDevices(world.tenant.database, world.tenant.authorityId)).length === 2,
  );
  const before = await world.show();
  const shown = await world.cycle();
  assert.equal(shown.status, 'healthy', shown.statusReason);
  assert.notEqual(shown.connection.lastProbeDateTime, before.connection.lastProbeDateTime);
  assert.equal(shown.connection.transport, 'webSocket');
  assert.match(shown.connection.remoteAddress ?? '', /^127\.0\.0\.1:\d+$/);
  assert.ok((shown.connection.roundTripMs ?? -1) >= 0);
  assert.equal(shown.connection.uptime.buckets.length, 96);
  assert.equal(shown.connection.uptime.percent, 100);
  assert.equal(shown.siteCode, 'HQ1');
  assert.deepEqual([shown.upload.inScope, shown.upload.lagRows], [2, 0]);
  assert.ok(shown.certificateRenewalDateTime);
  assert.deepEqual(shown.recommendations, [
    { id: 'noDevices', text: shown.recommendations[0]?.text },
  ]);
  assert.deepEqual(
    (await world.events()).map(({ kind }) => kind),
    ['connected', 'attached'],
  );
});

test('a site that stops is a warning after three minutes and unhealthy after fifteen, and recovers', async () => {
  await using world = await attached();
  await world.site[Symbol.asyncDispose]();
  await eventually(world.tenant.bus, async () => !(await world.show()).online);
  assert.equal((await world.show()).status, 'healthy');
  const warned = await world.cycle({ minutes: 3 });
  assert.equal(warned.status, 'warning', warned.statusReason);
  assert.match(warned.statusReason, /^Not connected: it was last connected \d min ago/);
  const broken = await world.cycle({ minutes: 12 });
  assert.equal(broken.status, 'unhealthy', broken.statusReason);
  assert.ok((broken.connection.uptime.percent ?? 100) < 100);
  await using again = await startSite(open, { again: world.site, clock: world.clock });
  await eventually(world.tenant.bus, async () => (await world.show()).status === 'healthy');
  await eventually(world.tenant.bus, async () => {
    const told = (await world.events()).filter(({ kind }) => kind === 'statusChanged');
    return /Unhealthy → Healthy/.test(told[0]?.message ?? '');
  });
  await again[Symbol.asyncDispose]();
});

test('a site whose queue holds changes back while it is connected turns unhealthy in three minutes', async () => {
  await using world = await attached();
  // A transaction that has written and does not end: nothing behind it may be read.
  await whileHeld(world.site, 'select pg_current_xact_id()', async () => {
    const shown = await world.cycle({ minutes: 4, stuck: true });
    assert.equal(shown.status, 'unhealthy', shown.statusReason);
    assert.equal(shown.online, true);
    assert.match(shown.statusReason, /The queue of HQ1 takes changes and does not give them out/);
  });
  const shown = await world.cycle();
  assert.equal(shown.status, 'healthy', shown.statusReason);
});

test('changes that wait for more than five minutes are a warning', async () => {
  await using world = await attached();
  // The place of the upload cannot be written, so nothing leaves; what comes in is stored and queued as before.
  const statement = 'lock table upload_cursors in share row exclusive mode';
  await whileHeld(world.site, statement, async () => {
    await world.site.engine.putDevices(sample(1));
    const shown = await world.cycle({ minutes: 8 });
    assert.equal(shown.status, 'warning', shown.statusReason);
    assert.match(shown.statusReason, /1 change of the site has waited for \d+ min|Catching up/);
  });
});

test('a refused batch makes the connector unhealthy at once, until one is stored', async () => {
  await using world = await attached();
  const answer = await postBatch(world.tenant, await identityOf(world.site), {
    epoch: 'x',
    from: '1.0',
    to: '2.0',
    body: gzipSync('{"kind":"nonsense"}'),
  });
  assert.equal(answer.status, 400);
  await eventually(world.tenant.bus, async () => (await world.show()).status === 'unhealthy');
  assert.match((await world.show()).statusReason, /^The last batch was refused just now: Line 1/);
  await eventually(world.tenant.bus, async () =>
    (await world.events()).some(({ kind }) => kind === 'batchRefused'),
  );
  await world.site.engine.putDevices(sample(1));
  await eventually(world.tenant.bus, async () => (await world.show()).status === 'healthy');
});

test('a certificate that nears its end is a warning, one that has ended makes it unhealthy', async () => {
  await using world = await attached();
  for (const [days, status] of [
    [6, 'warning'],
    [-1, 'unhealthy'],
  ] as const) {
    await world.tenant.database.transaction(world.tenant.authorityId, async (tx) => {
      await sql`update connectors set certificate_ends_at =
        ${new Date(world.clock.now() + days * 24 * 60 * MINUTE)}
        where authority_id = ${world.tenant.authorityId}`.execute(sqlOf(tx));
    });
    assert.equal((await world.cycle()).status, status);
  }
});

test('attack 31: a second server with the identity of a connected one is refused, with both addresses, and an event says so', async () => {
  await using world = await attached();
  const { clock, site, tenant } = world;
  const before = (await world.show()).connection.remoteAddress ?? '';
  await using clone = await startSite(open, { again: site, clock });
  const reason = await eventually(clone.bus, () => {
    const { reason } = clone.uplink.status();
    return reason.includes('two servers run with the data of this site') && reason;
  });
  assert.ok(reason.includes(`${before} holds this uplink; 127.0.0.1:`), reason);
  const event = await eventually(tenant.bus, async () =>
    (await world.events()).find(({ kind }) => kind === 'cloneRefused'),
  );
  assert.match(event.message, /127\.0\.0\.1:\d+ is connected, and 127\.0\.0\.1:\d+ was refused/);
  const shown = await world.show();
  assert.equal(shown.status, 'warning');
  assert.equal(shown.connection.remoteAddress, before);
  assert.ok(site.uplink.status().connected);
  const refusals = (await readAudit(tenant.database, tenant.authorityId)).filter(
    ({ result }) => result === 'failure',
  );
  assert.equal(refusals[0]?.details?.code, 'uplink.site_cloned');
});

test('no more than a hundred events of a connector are kept', async () => {
  await using world = await attached();
  await world.tenant.database.transaction(world.tenant.authorityId, async (tx) => {
    await sql`insert into connector_events
      select ${world.tenant.authorityId}, ${world.id}, uuidv7(), 'connected', 'info', n::text, now()
      from generate_series(1, 150) n`.execute(sqlOf(tx));
  });
  await world.tenant.api('POST', `${CONNECTORS}/${world.id}/check`);
  await world.site[Symbol.asyncDispose]();
  await eventually(world.tenant.bus, async () => {
    const [latest] = await world.events();
    return latest?.kind === 'disconnected';
  });
  const { rows } = await world.tenant.database.read(world.tenant.authorityId, (tx) =>
    sql<{ count: number }>`select count(*)::int as count from connector_events
      where authority_id = ${world.tenant.authorityId}`.execute(sqlOf(tx)),
  );
  assert.equal(rows[0]?.count, 100);
});
