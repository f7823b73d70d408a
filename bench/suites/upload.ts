import { join } from 'node:path';
import { AUTHORITY_MIGRATIONS } from '@moorline/authority';
import { copyLine, openDatabase, removeCluster, runCopy, startEmbeddedServer } from '@moorline/db';
import { silentLogger, systemClock } from '@moorline/kernel';
import { createProcessWorld, type ProcessWorld } from '@moorline/testkit/processes';
import pg from 'pg';
import type { Figure } from '../report.ts';
import { quantile, round } from '../stats.ts';

const DEFAULT_ROWS = 20_000;
const RATIO_BAR = 0.5;
const DEFAULT_RUNS = 5;
/** Counting is work of the tenant's own: not too often. */
const COUNT_EVERY_MS = 30;

/** What COPY writes and the table does not generate. */
const COLUMNS = [
  'authority_id',
  'id',
  'origin',
  'name',
  'operating_system',
  'os_version',
  'manufacturer',
  'model',
  'serial_number',
  'architecture',
  'chassis_type',
  'physical_memory_bytes',
  'total_storage_bytes',
  'free_storage_bytes',
  'ethernet_mac_address',
  'online',
  'last_contact_at',
  'enrolled_at',
  'client_version',
  'certificate_expires_at',
] as const;

interface Run {
  /** Rows a second. */
  readonly upload: number;
  readonly copy: number;
}

/**
 * A site's full upload to a tenant that knows nothing, beside COPY of the same rows into the same table. Each run
 * is a new pair of hosts; what is reported are medians, of the ratio too, since a machine is seldom quiet.
 */
export async function measureUpload(
  rows = DEFAULT_ROWS,
  repeats = DEFAULT_RUNS,
): Promise<Figure[]> {
  const runs: Run[] = [];
  while (runs.length < repeats) runs.push(await measureOnce(rows));
  const upload = quantile(
    runs.map((run) => run.upload),
    0.5,
  );
  const copy = quantile(
    runs.map((run) => run.copy),
    0.5,
  );
  const ratio = quantile(
    runs.map((run) => run.upload / run.copy),
    0.5,
  );
  return [
    {
      suite: 'upload',
      what: `full upload of ${rows} devices, site → tenant, from the open uplink to counted; median of ${repeats}`,
      value: round(upload, 0),
      unit: 'rows/s',
    },
    {
      suite: 'upload',
      what: `COPY of the same rows, same table and indexes; median of ${repeats}`,
      value: round(copy, 0),
      unit: 'rows/s',
    },
    {
      suite: 'upload',
      what: 'upload : COPY, median of the pairs',
      value: round(ratio, 2),
      unit: '',
      bar: { text: `≥ ${RATIO_BAR}`, kept: ratio >= RATIO_BAR },
    },
  ];
}

async function measureOnce(count: number): Promise<Run> {
  await using world = await createProcessWorld({ programs: 'bundle' });
  await Promise.all([world.start('tenant'), world.start('site')]);
  const siteId = world.host('site').ready.authorityId;
  await world.stop('site');
  await writeDevices(world, siteId, count);
  await world.start('site');

  // Attaching is keys and certificates: the upload begins when the uplink is open.
  const { connectors, devices } = world.clients.tenant;
  await world.attach();
  while (!(await connectors.list()).some((connector) => connector.online))
    await systemClock.sleep(2);
  const start = performance.now();
  while ((await devices.count()) < count) await systemClock.sleep(COUNT_EVERY_MS);
  const upload = count / ((performance.now() - start) / 1000);

  await world.stop('site');
  await world.stop('tenant');
  return { upload, copy: await copyPeer(world) };
}

/** Devices as if they had enrolled long ago, with their entries in the change log. */
async function writeDevices(world: ProcessWorld, siteId: string, count: number): Promise<void> {
  await using server = await startEmbeddedServer({
    folder: join(world.folder, 'site', 'postgres'),
    logger: silentLogger,
  });
  const client = new pg.Client(server.connection('owner'));
  await client.connect();
  await client.query(
    `insert into devices (authority_id, id, name, operating_system, os_version, manufacturer, model,
        serial_number, architecture, chassis_type, physical_memory_bytes, total_storage_bytes,
        free_storage_bytes, ethernet_mac_address, last_contact_at, enrolled_at, client_version,
        certificate_expires_at)
      select $1, gen_random_uuid(), 'HQ1-' || (array['LT','WS','SRV'])[1 + n % 3] || '-' || lpad(n::text, 6, '0'),
        (array['Debian GNU/Linux','Ubuntu','Rocky Linux'])[1 + n % 3], (10 + n % 4)::text,
        (array['Dell Inc.','LENOVO','HP','Framework'])[1 + n % 4], 'Model ' || (n % 37),
        upper(substr(md5(n::text), 1, 10)), 'x64', (array['laptop','desktop','enterpriseServer'])[1 + n % 3],
        (8 + n % 5 * 8) * 1073741824::bigint, 512 * 1000000000::bigint, (n % 400) * 1000000000::bigint,
        regexp_replace(substr(md5('m' || n), 1, 12), '(..)(?=.)', '\\1:', 'g'),
        now() - n * interval '1 second', now() - interval '90 days', '0.1.0', now() + interval '60 days'
      from generate_series(1, ${count}) n`,
    [siteId],
  );
  await client.query(
    `insert into device_counters (authority_id, origin, total) values ($1, '00000000-0000-0000-0000-000000000000', ${count})`,
    [siteId],
  );
  await client.query(
    `insert into outbox (authority_id, topic, key, xid, seq)
      select authority_id, 'device', id::text, pg_current_xact_id(), nextval('outbox_seq') from devices`,
  );
  // As autovacuum left it long ago.
  await client.query('analyze devices');
  await client.query('analyze outbox');
  await client.end();
}

/** Rows a second of COPY by the same client library, on a server as new as the tenant's was. */
async function copyPeer(world: ProcessWorld): Promise<number> {
  const rows = await uploadedRows(world);
  const lines = rows.map((row) => copyLine(COLUMNS.map((column) => row[column])));
  const folder = join(world.folder, 'copy', 'postgres');
  const empty = await openDatabase({
    source: { kind: 'embedded', folder },
    migrations: AUTHORITY_MIGRATIONS,
    logger: silentLogger,
  });
  await empty[Symbol.asyncDispose]();
  let seconds = Number.NaN;
  {
    await using server = await startEmbeddedServer({ folder, logger: silentLogger });
    const owner = new pg.Client(server.connection('owner'));
    await owner.connect();
    const start = performance.now();
    await runCopy(owner, `copy devices (${COLUMNS.join(', ')}) from stdin`, lines);
    seconds = (performance.now() - start) / 1000;
    await owner.end();
  }
  await removeCluster(folder, silentLogger);
  return lines.length / seconds;
}

async function uploadedRows(
  world: ProcessWorld,
): Promise<readonly Record<(typeof COLUMNS)[number], never>[]> {
  await using server = await startEmbeddedServer({
    folder: join(world.folder, 'tenant', 'postgres'),
    logger: silentLogger,
  });
  const owner = new pg.Client(server.connection('owner'));
  await owner.connect();
  const { rows } = await owner.query<Record<(typeof COLUMNS)[number], never>>(
    `select ${COLUMNS.join(', ')} from devices`,
  );
  await owner.end();
  return rows;
}
