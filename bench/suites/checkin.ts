import { copyLine } from '@moorline/db';
import { held } from '../bars.ts';
import { type ClientProcess, startClientProcess } from '../clients/client-process.ts';
import { changedDocument, type DocumentKind } from '../clients/document.ts';
import type { PostLoad } from '../clients/post-load-process.ts';
import { withServerCpu } from '../measure/server-cpu.ts';
import { startBareServer } from '../peers/bare-server.ts';
import { type PostgresPeer, startPostgresPeer } from '../peers/postgres.ts';
import type { Figure } from '../report.ts';
import { median, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { DEVICE_COLUMNS, deviceValues, drawDevices } from '../world/device-rows.ts';
import { plantFleet } from '../world/fleet.ts';

const WINDOWS = 3;
const AT_ONCE = 128;
const CONNECTIONS = 8;
const AUTHORITY = '00000000-0000-7000-8000-000000000001';

interface Load {
  /** Documents a second. */
  readonly rates: readonly number[];
  /** Processor time for 1,000 documents: the program's. */
  readonly programMs: readonly number[];
  /** The same, PostgreSQL's. */
  readonly databaseMs: readonly number[];
  readonly p99Ms: readonly number[];
}

/** POSTs of one changed document, beside a bare Fastify over mutual TLS that takes the same POSTs. */
export const checkin: Suite = {
  name: 'checkin',
  about: 'documents a second; beside a bare Fastify over mutual TLS, and PostgreSQL itself',
  sizes: [1_000, 5_000, 20_000, 50_000, 100_000],
  workload(run) {
    const { devices, rounds, total } = sizes(run);
    return `${devices} devices of ${total}, each on its own mutual-TLS connection that stays open, post one changed document of 2 KB, ${AT_ONCE} under way at a time; ${WINDOWS} windows of ${devices * rounds} documents, the bare server in between; client in a process of its own`;
  },
  async measure(run) {
    const { devices, rounds, total } = sizes(run);
    await using world = await run.world();
    const fleet = await plantFleet(world, 'site', { devices: total, certified: devices });
    await world.start('site');
    await using client = await startClientProcess('post-load-process.ts');
    await using bare = await startBareServer('post', fleet.server);
    const port = Number(new URL(world.host('site').ready.gatewayUrl).port);

    const prepare = async (kind: DocumentKind, count: number): Promise<void> => {
      const params = { file: fleet.file, devices, rounds: rounds * count, kind };
      await client.call('prepare', params);
    };
    const ours = (label: string): Measure => ({
      port,
      run: (work) => run.window(world, ['site'], label, work),
    });
    const limit: Measure = {
      port: bare.port,
      run: (work) => withServerCpu([bare.pid], work),
    };
    await prepare('software', WINDOWS + 1);
    const site = emptyLoad();
    const limits = emptyLoad();
    for (let window = 0; window <= WINDOWS; window++) {
      // The first window warms up: code that is compiled, rows that are new.
      const isWarm = window > 0;
      const span = { from: window * rounds, to: (window + 1) * rounds };
      for (const [load, measure] of [
        [site, ours('checkin')],
        [limits, limit],
      ] as const) {
        await client.call('open', { port: measure.port });
        await measureWindow(client, measure, span, isWarm ? load : emptyLoad());
      }
    }
    await prepare('disk', 1);
    const listed = emptyLoad();
    await client.call('open', { port });
    await measureWindow(client, ours('checkin of a listed class'), { from: 0, to: rounds }, listed);

    await using peer = await startPostgresPeer(world.folder);
    const { copy, single } = await storageRates(peer, run.isQuick ? 2_000 : 10_000);
    const ratio = median(site.rates.map((rate, index) => rate / (limits.rates[index] ?? 1)));
    return [
      rateFigure('documents, one changed document of 2 KB in a POST', site, {
        what: 'bare Fastify, mutual TLS',
        value: median(limits.rates),
      }),
      {
        suite: 'checkin',
        what: 'documents : bare POSTs, median of the pairs',
        value: round(ratio, 3),
        unit: '× bare',
        better: 'more',
        bar: held('checkin', ratio),
        samples: site.rates.map((rate, index) => round(rate / (limits.rates[index] ?? 1), 3)),
      },
      {
        suite: 'checkin',
        what: 'processor time for 1,000 documents: site',
        value: round(median(site.programMs)),
        unit: 'ms',
        better: 'less',
        samples: site.programMs.map((ms) => round(ms)),
        beside: { what: 'bare Fastify', value: round(median(limits.programMs)) },
      },
      {
        suite: 'checkin',
        what: 'processor time for 1,000 documents: its PostgreSQL',
        value: round(median(site.databaseMs)),
        unit: 'ms',
        better: 'less',
        samples: site.databaseMs.map((ms) => round(ms)),
      },
      {
        suite: 'checkin',
        what: 'answer to a document, p99',
        value: round(median(site.p99Ms)),
        unit: 'ms',
        better: 'less',
        samples: site.p99Ms.map((ms) => round(ms)),
        beside: { what: 'bare Fastify', value: round(median(limits.p99Ms)) },
      },
      rateFigure('documents of a class that lists show (the row changes too)', listed, {
        what: 'bare Fastify, mutual TLS',
        value: median(limits.rates),
      }),
      rateFigure('documents, beside COPY of the same rows', site, {
        what: 'PostgreSQL COPY',
        value: copy,
      }),
      rateFigure('documents, beside one upsert each', site, {
        what: `PostgreSQL, single statements on ${CONNECTIONS} connections`,
        value: single,
      }),
    ];
  },
};

interface Measure {
  readonly port: number;
  run(work: () => Promise<PostLoad>): Promise<{
    readonly result: PostLoad;
    readonly cpu: { readonly programMs: number; readonly databaseMs: number };
  }>;
}

function sizes(run: SuiteRun): { devices: number; rounds: number; total: number } {
  const total = run.size({ full: 5_000, quick: 1_000 });
  const devices = Math.min(total, run.isQuick ? 400 : 2_000);
  return { devices, rounds: run.isQuick ? 5 : 10, total };
}

function emptyLoad(): Record<keyof Load, number[]> {
  return { rates: [], programMs: [], databaseMs: [], p99Ms: [] };
}

async function measureWindow(
  client: ClientProcess,
  measure: Measure,
  span: { readonly from: number; readonly to: number },
  load: Record<keyof Load, number[]>,
): Promise<void> {
  const { result, cpu } = await measure.run(() =>
    client.call<PostLoad>('run', { ...span, atOnce: AT_ONCE }),
  );
  const refused = Object.entries(result.refused);
  if (refused.length > 0) throw new Error(`documents were refused: ${refused.join('; ')}`);
  load.rates.push(round(result.answers / (result.wallMs / 1000), 0));
  load.programMs.push((cpu.programMs / result.answers) * 1000);
  load.databaseMs.push((cpu.databaseMs / result.answers) * 1000);
  load.p99Ms.push(result.p99Ms);
}

function rateFigure(what: string, load: Load, beside: { what: string; value: number }): Figure {
  return {
    suite: 'checkin',
    what,
    value: median(load.rates),
    unit: '/s',
    better: 'more',
    samples: load.rates,
    beside: { what: beside.what, value: round(beside.value, 0) },
  };
}

const COLUMNS = [
  'authority_id',
  'device_id',
  'class_name',
  'hash',
  'collected_at',
  'received_at',
  'row_count',
  'rows',
] as const;

/** The same documents into the same table, without anything around it. */
async function storageRates(
  peer: PostgresPeer,
  count: number,
): Promise<{ copy: number; single: number }> {
  const devices = [...drawDevices(count, 1, Date.now())];
  await peer.copyRate(
    'devices',
    ['authority_id', ...DEVICE_COLUMNS],
    devices.map((device) => copyLine([AUTHORITY, ...deviceValues(device)])),
  );
  const rowsOf = (round: number): unknown[][] =>
    devices.map(({ id }, index) => {
      const [document] = JSON.parse(changedDocument('software', index, round)).documents;
      const { hash, collectedAt, rows } = document;
      const at = [collectedAt, collectedAt, rows.length];
      return [AUTHORITY, id, 'InstalledSoftware', hash, ...at, JSON.stringify(rows)];
    });
  const lines = rowsOf(0).map((row) => copyLine(row as string[]));
  const copy = await peer.copyRate('inventory_documents', COLUMNS, lines);
  const single = await peer.statementRate(
    `insert into inventory_documents (${COLUMNS.join(', ')})
      values (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
      on conflict (authority_id, device_id, class_name) do update set hash = excluded.hash,
        collected_at = excluded.collected_at, received_at = excluded.received_at,
        row_count = excluded.row_count, rows = excluded.rows`,
    rowsOf(1),
    CONNECTIONS,
  );
  return { copy, single };
}
