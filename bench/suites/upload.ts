import { join } from 'node:path';
import { AUTHORITY_MIGRATIONS } from '@moorline/authority';
import { copyLine, openDatabase, removeCluster, runCopy, startEmbeddedServer } from '@moorline/db';
import { silentLogger, systemClock } from '@moorline/kernel';
import type { ProcessWorld } from '@moorline/testkit/processes';
import pg from 'pg';
import { held } from '../bars.ts';
import { atRest } from '../measure/server-cpu.ts';
import { median, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { DEVICE_COLUMNS } from '../world/device-rows.ts';

/** Counting is work of the tenant's own: not too often, until nearly all are there. */
const COUNT_EVERY_MS = 100;
const LAST_COUNTS_EVERY_MS = 10;
const NEARLY_ALL = 0.8;

/** What COPY writes and the table does not generate. */
const COLUMNS = ['authority_id', 'origin', ...DEVICE_COLUMNS] as const;

interface Run {
  /** Rows a second. */
  readonly upload: number;
  readonly copy: number;
  /** Processor time for 1,000 rows: site and tenant. */
  readonly programMs: number;
  /** The same, PostgreSQL of both. */
  readonly databaseMs: number;
}

/** A site's full upload to a tenant that knows nothing, beside COPY of the same rows into the same table. */
export const upload: Suite = {
  name: 'upload',
  about: 'a site’s full upload to an empty tenant, beside COPY of the same rows',
  sizes: [1_000, 5_000, 20_000, 50_000, 100_000],
  workload(run) {
    const { rows, repeats } = sizes(run);
    return `${rows} devices of a site, uploaded to an empty tenant from the open uplink to counted; COPY of the same rows into the same table on a server as new; ${repeats} times, each with a new pair of hosts; medians`;
  },
  async measure(run) {
    const { rows, repeats } = sizes(run);
    const runs: Run[] = [];
    while (runs.length < repeats) runs.push(await measureOnce(run, rows));
    const of = (pick: (one: Run) => number, digits = 0): { value: number; samples: number[] } => {
      const samples = runs.map((one) => round(pick(one), digits));
      return { value: median(samples), samples };
    };
    const ratio = of((one) => one.upload / one.copy, 3);
    return [
      {
        suite: 'upload',
        what: `full upload of ${rows} devices, site → tenant, from the open uplink to counted`,
        ...of((one) => one.upload),
        unit: 'rows/s',
        better: 'more',
        beside: { what: 'PostgreSQL COPY', value: of((one) => one.copy).value },
      },
      {
        suite: 'upload',
        what: 'upload : COPY, median of the pairs',
        ...ratio,
        unit: '× COPY',
        better: 'more',
        bar: held('upload', ratio.value),
      },
      {
        suite: 'upload',
        what: 'processor time for 1,000 rows: site and tenant',
        ...of((one) => one.programMs, 1),
        unit: 'ms',
        better: 'less',
      },
      {
        suite: 'upload',
        what: 'processor time for 1,000 rows: PostgreSQL of both',
        ...of((one) => one.databaseMs, 1),
        unit: 'ms',
        better: 'less',
      },
    ];
  },
};

function sizes(run: SuiteRun): { rows: number; repeats: number } {
  return { rows: run.size({ full: 100_000, quick: 20_000 }), repeats: run.isQuick ? 2 : 5 };
}

async function measureOnce(run: SuiteRun, count: number): Promise<Run> {
  await using world = await run.world();
  await Promise.all([world.start('tenant'), world.start('site')]);
  const siteId = world.host('site').ready.authorityId;
  await world.stop('site');
  await writeDevices(world, siteId, count);
  await world.start('site');
  // What a host reads when it starts is no part of an upload.
  await atRest([world.host('site').pid, world.host('tenant').pid]);

  // Attaching is keys and certificates: the upload begins when the uplink is open.
  const { connectors, devices } = world.clients.tenant;
  await world.attach();
  while (!(await connectors.list()).some((connector) => connector.online)) {
    await systemClock.sleep(2);
  }
  const { wallMs, cpu } = await run.window(world, ['site', 'tenant'], 'upload', async () => {
    for (let there = 0; there < count; there = await devices.count()) {
      const isNear = there > count * NEARLY_ALL;
      await systemClock.sleep(isNear ? LAST_COUNTS_EVERY_MS : COUNT_EVERY_MS);
    }
  });

  await world.stop('site');
  await world.stop('tenant');
  return {
    upload: count / (wallMs / 1000),
    copy: await copyPeer(world),
    programMs: (cpu.programMs / count) * 1000,
    databaseMs: (cpu.databaseMs / count) * 1000,
  };
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
