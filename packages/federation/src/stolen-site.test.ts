import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connector } from '@moorline/contracts/admin';
import { FEDERATION_PATHS } from '@moorline/contracts/federation';
import { type Database, sqlOf } from '@moorline/db';
import { systemClock } from '@moorline/kernel';
import { createKeyAndCsr } from '@moorline/pki';
import { createConnectorStore } from './downlink/connector-store.ts';
import { createConnectorPeers } from './downlink/peers.ts';
import { useDatabases } from './testing/database.fixture.ts';
import {
  eventually,
  removeFolder,
  type Site,
  startSite,
  startTenant,
  type Tenant,
} from './testing/lab.fixture.ts';
import { readAudit } from './testing/recorder.fixture.ts';
import { createKeyFiles } from './uplink/key-files.ts';
import type { UplinkTables } from './uplink/tables.ts';
import { createTenantClient } from './uplink/tenant-client.ts';

const open = useDatabases();
const CONNECTORS = '/v1.0/deviceManagement/configManagerConnectors';

async function attached(tenant: Tenant): Promise<Site> {
  const site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  await site[Symbol.asyncDispose]();
  return site;
}

async function namesOf(tenant: Tenant): Promise<readonly string[]> {
  const { body } = await tenant.api<{ value: Connector[] }>('GET', CONNECTORS);
  return body.value.map(({ displayName }) => displayName);
}

test('attack 31: a site that takes another name is on record, and one that cannot be read is not taken', async () => {
  await using tenant = await startTenant(open);
  const site = await attached(tenant);
  for (const [name, shown] of [
    ['HQ2', 'HQ2'],
    ['HQ3\u001b[2J', 'HQ2'],
  ] as const) {
    await using again = await startSite(open, { again: site, name });
    await eventually(again.bus, () => again.uplink.status().connected);
    assert.deepEqual(await namesOf(tenant), [shown]);
  }
  const records = await readAudit(tenant.database, tenant.authorityId);
  const renamed = records.filter(({ activity }) => activity === 'connectors.rename');
  assert.deepEqual(
    renamed.map(({ actor, details }) => [actor, details]),
    [['HQ1', { from: 'HQ1', to: 'HQ2' }]],
  );
  await removeFolder(tenant);
  await removeFolder(site);
});

test('attack 14: a connector is not given certificates without end', async () => {
  await using tenant = await startTenant(open);
  const site = await attached(tenant);
  const row = await site.database.read(site.authorityId, (tx) =>
    sqlOf<UplinkTables>(tx).selectFrom('attachments').selectAll().executeTakeFirstOrThrow(),
  );
  const keys = createKeyFiles({
    folder: `${site.folder}/uplink`,
    clock: systemClock,
    entropy: { bytes: (n) => new Uint8Array(n), fraction: () => 0 },
  });
  const { privateKey: key } = await keys.read(row.key_file);
  const { csr } = await createKeyAndCsr('next');
  const identity = { certificate: row.certificate, privateKey: key };
  using client = createTenantClient({
    url: tenant.url,
    root: tenant.issuer.caCertificate,
    identity,
  });
  const renew = async (): Promise<{ status: number; code: unknown }> => {
    const { status, body } = await client.post(FEDERATION_PATHS.renew, JSON.stringify({ csr }), {});
    return { status, code: (body as { code?: unknown }).code };
  };
  for (let round = 0; round < 10; round++) assert.equal((await renew()).status, 200);
  assert.deepEqual(await renew(), { status: 429, code: 'request.too_many_requests' });
  await removeFolder(tenant);
  await removeFolder(site);
});

test('attack 31: a renewed certificate that is shown while the site is attached anew ends nothing and stays ended', async () => {
  await using tenant = await startTenant(open);
  const site = await attached(tenant);
  const { authorityId } = tenant;
  const connectors = createConnectorStore(authorityId);
  const change = (serials: { certificate_serial: string; next_serial: string | null }) =>
    tenant.database.transaction(authorityId, async (tx) => {
      const [row] = await connectors.list(tx);
      assert.ok(row);
      await connectors.update(tx, row.id as Parameters<typeof connectors.update>[1], serials);
      return row.id;
    });
  const id = await change({ certificate_serial: 'present', next_serial: 'stolen' });
  // The new attachment commits between the look-up and what follows from it.
  const racing: Database = {
    ...tenant.database,
    async read(of, work) {
      const found = await tenant.database.read(of, work);
      await change({ certificate_serial: 'attached anew', next_serial: null });
      return found;
    },
  };
  const peers = createConnectorPeers({ authorityId, database: racing, connectors });
  await assert.rejects(
    peers.authenticate({ serial: 'stolen', uri: `urn:moorline:connector:${id}` }),
    { code: 'uplink.certificate_revoked' },
  );
  const [after] = await tenant.database.read(authorityId, connectors.list);
  assert.equal(after?.certificate_serial, 'attached anew');
  await removeFolder(tenant);
  await removeFolder(site);
});
