import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEDERATION_PATHS } from '@moorline/contracts/federation';
import { sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import { sql } from 'kysely';
import { deviceRow } from '../uplink/batch-encode.ts';
import type { UplinkTables } from '../uplink/tables.ts';
import { createTenantClient, type TenantAnswer } from '../uplink/tenant-client.ts';
import { eventually, newId, type Site, startSite, type Tenant } from './lab.fixture.ts';
import { sampleDevice } from './recorder.fixture.ts';

type OpenDatabases = Parameters<typeof startSite>[0];

/** What a site proves itself with. */
export interface SiteIdentity {
  readonly certificate: string;
  readonly privateKey: string;
  readonly root: string;
}

export function sample(count: number): ReturnType<typeof sampleDevice>[] {
  return Array.from({ length: count }, (_, index) =>
    sampleDevice(newId<DeviceId>(), `PC-${index}`),
  );
}

/** The site's identity as it stands in its own database and folder. */
export async function identityOf(site: Site): Promise<SiteIdentity> {
  const row = await site.database.read(site.authorityId, (tx) =>
    sqlOf<UplinkTables>(tx).selectFrom('attachments').selectAll().executeTakeFirstOrThrow(),
  );
  const { privateKey } = JSON.parse(
    await readFile(join(site.folder, 'uplink', row.key_file), 'utf8'),
  );
  return { certificate: row.certificate, privateKey, root: row.root_certificate };
}

export async function postBatch(
  tenant: Tenant,
  identity: Omit<SiteIdentity, 'root'> | null,
  batch: { epoch: string; from: string; to: string; body: Uint8Array },
  path: string = FEDERATION_PATHS.batches,
): Promise<TenantAnswer & { code: unknown }> {
  using client = createTenantClient({
    url: tenant.url,
    root: tenant.issuer.caCertificate,
    identity,
  });
  const answer = await client.post(path, batch.body, {
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

export function line(device: ReturnType<typeof sampleDevice>): string {
  return JSON.stringify(deviceRow(device));
}

export async function cursorOf(
  tenant: Tenant,
): Promise<{ epoch: string; cursor: string; id: string }> {
  const { rows } = await tenant.database.read(tenant.authorityId, (tx) =>
    sql<{
      epoch: string;
      cursor: string;
      id: string;
    }>`select epoch, cursor, id from connectors`.execute(sqlOf(tx)),
  );
  const [row] = rows;
  if (!row) throw new Error('the tenant has no connector');
  return row;
}

/** Attached, connected, and stopped again: what follows is the test's own traffic. */
export async function attachedThenSilent(open: OpenDatabases, tenant: Tenant): Promise<Site> {
  const site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  await site[Symbol.asyncDispose]();
  return site;
}
