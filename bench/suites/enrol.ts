import { dirname } from 'node:path';
import { copyLine } from '@moorline/db';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { openLocalCa } from '@moorline/pki';
import type { ProcessWorld } from '@moorline/testkit/processes';
import { held } from '../bars.ts';
import { startClientProcess } from '../clients/client-process.ts';
import type { EnrolLoad } from '../clients/enrol-load-process.ts';
import { pressRequests } from '../clients/request-press.ts';
import { startPostgresPeer } from '../peers/postgres.ts';
import { median, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { DEVICE_COLUMNS, deviceValues, drawDevices } from '../world/device-rows.ts';

const WINDOWS = 3;
const AT_ONCE = 64;
const CONNECTIONS = 8;
const SIGNATURES = 300;
const AUTHORITY = '00000000-0000-7000-8000-000000000001';

/** Enrolments a second, sustained; and a storm of them, of which none is lost. */
export const enrol: Suite = {
  name: 'enrol',
  about: 'enrolments a second, and whether a storm loses any; beside signing and storing alone',
  workload(run) {
    const { perWindow, storm } = sizes(run);
    return `${WINDOWS} windows of ${perWindow} enrolments, ${AT_ONCE} under way, each a device of its own key with a new TLS connection, from an address of its own; then ${storm} at the same moment, with the agent's backoff; keys and requests are made before; client in a process of its own`;
  },
  async measure(run) {
    const { perWindow, storm } = sizes(run);
    const total = (WINDOWS + 1) * perWindow + storm;
    await using world = await run.world();
    await world.start('site');
    const { enrolmentTokens, devices } = world.clients.site;
    const { token, id } = await enrolmentTokens.create({ displayName: 'bench', quota: total });
    await using client = await startClientProcess('enrol-load-process.ts');
    await client.call('prepare', { invitation: token, count: total });

    const rates: number[] = [];
    const programMs: number[] = [];
    const databaseMs: number[] = [];
    const p99Ms: number[] = [];
    for (let window = 0; window <= WINDOWS; window++) {
      const span = { from: window * perWindow, to: (window + 1) * perWindow, atOnce: AT_ONCE };
      const { result, cpu } = await run.window(world, ['site'], 'enrol', () =>
        client.call<EnrolLoad>('run', span),
      );
      // The first window warms up.
      if (window === 0) continue;
      rates.push(round(result.enrolled / (result.wallMs / 1000)));
      programMs.push(round(cpu.programMs / result.enrolled, 2));
      databaseMs.push(round(cpu.databaseMs / result.enrolled, 2));
      p99Ms.push(round(result.p99Ms));
    }
    const span = { from: (WINDOWS + 1) * perWindow, to: total, atOnce: storm };
    const storming = await client.call<EnrolLoad>('run', span);
    const stored = await devices.count();
    const used = (await enrolmentTokens.list()).find((one) => one.id === id)?.used ?? 0;
    // What was answered and is not there, and what is there and nobody was told.
    run.say(`${total} enrolments: ${stored} devices are stored, the token was used ${used} times`);
    const wrong = storming.lost + Math.abs(total - stored) + Math.abs(total - used);

    const signing = await signingRate(world);
    await using peer = await startPostgresPeer(world.folder);
    const storage = await storageRates(peer, run.isQuick ? 2_000 : 10_000);
    const rate = median(rates);
    return [
      {
        suite: 'enrol',
        what: 'enrolments, sustained',
        value: rate,
        unit: '/s',
        better: 'more',
        samples: rates,
        bar: held('enrolments', rate),
        beside: {
          what: 'certificates read, verified and signed by the authority alone, one thread',
          value: round(signing),
        },
      },
      {
        suite: 'enrol',
        what: 'enrolments, beside COPY of the same device and certificate rows',
        value: rate,
        unit: '/s',
        better: 'more',
        samples: rates,
        beside: { what: 'PostgreSQL COPY', value: round(storage.copy, 0) },
      },
      {
        suite: 'enrol',
        what: 'enrolments, beside one statement each',
        value: rate,
        unit: '/s',
        better: 'more',
        samples: rates,
        beside: {
          what: `PostgreSQL, single statements on ${CONNECTIONS} connections`,
          value: round(storage.single, 0),
        },
      },
      {
        suite: 'enrol',
        what: 'processor time for an enrolment: site',
        value: median(programMs),
        unit: 'ms',
        better: 'less',
        samples: programMs,
      },
      {
        suite: 'enrol',
        what: 'processor time for an enrolment: its PostgreSQL',
        value: median(databaseMs),
        unit: 'ms',
        better: 'less',
        samples: databaseMs,
      },
      {
        suite: 'enrol',
        what: `an enrolment, p99, ${AT_ONCE} under way`,
        value: median(p99Ms),
        unit: 'ms',
        better: 'less',
        samples: p99Ms,
      },
      {
        suite: 'enrol',
        what: `storm of ${storm}: until all are enrolled`,
        value: round(storming.wallMs / 1000),
        unit: 's',
        better: 'less',
      },
      {
        suite: 'enrol',
        what: 'storm: attempts that were told to come again, or cut off',
        value: storming.retries,
        unit: '',
        better: 'less',
      },
      {
        suite: 'enrol',
        what: `lost, or counted wrong, of ${total}`,
        value: wrong,
        unit: '',
        better: 'less',
        bar: held('enrolmentsLost', wrong),
      },
    ];
  },
};

function sizes(run: SuiteRun): { perWindow: number; storm: number } {
  const storm = run.size({ full: 5_000, quick: 300 });
  return { storm, perWindow: run.isQuick ? 200 : 2_000 };
}

async function signingRate(world: ProcessWorld): Promise<number> {
  const { caFile, name } = world.host('site').ready;
  const issuer = await openLocalCa({
    ...{ folder: dirname(caFile), name, logger: silentLogger },
    ...{ clock: systemClock, entropy: systemEntropy },
  });
  const profile = { kind: 'client', uri: 'urn:bench', commonName: 'bench', lifeMs: 1e9 } as const;
  const requests = await pressRequests(2 * SIGNATURES);
  const issue = async (from: number): Promise<number> => {
    const start = performance.now();
    for (const request of requests.slice(from, from + SIGNATURES)) {
      await issuer.issueFromCsr(request, profile);
    }
    return SIGNATURES / ((performance.now() - start) / 1000);
  };
  await issue(0);
  return issue(SIGNATURES);
}

const CERTIFICATE = [
  'authority_id',
  'serial',
  'device_id',
  'key_fingerprint',
  'pem',
  'issued_at',
  'renew_after',
  'not_after',
] as const;

/** The same rows into the same tables, without anything around it. */
async function storageRates(
  peer: Awaited<ReturnType<typeof startPostgresPeer>>,
  count: number,
): Promise<{ copy: number; single: number }> {
  const pem = 'MII'.padEnd(900, 'A');
  const deviceColumns = ['authority_id', ...DEVICE_COLUMNS];
  const rowsOf = (
    seed: number,
  ): { device: readonly unknown[]; certificate: readonly unknown[] }[] =>
    [...drawDevices(count, seed, Date.now())].map((device, index) => {
      const serial = `${seed}${String(index).padStart(31, '0')}`;
      const key = serial.padStart(64, '0');
      const at = new Date();
      return {
        device: [AUTHORITY, ...deviceValues(device)],
        certificate: [AUTHORITY, serial, device.id, key, pem, at, at, at],
      };
    });
  const copied = rowsOf(1);
  const line = (values: readonly unknown[]): string => copyLine(values as readonly string[]);
  const start = performance.now();
  await peer.copyRate(
    'devices',
    deviceColumns,
    copied.map(({ device }) => line(device)),
  );
  await peer.copyRate(
    'device_certificates',
    CERTIFICATE,
    copied.map(({ certificate }) => line(certificate)),
  );
  const copy = count / ((performance.now() - start) / 1000);
  const places = (from: number, length: number): string =>
    Array.from({ length }, (_, index) => `$${from + index}`).join(', ');
  const single = await peer.statementRate(
    `with device as (insert into devices (${deviceColumns.join(', ')})
        values (${places(1, deviceColumns.length)}))
      insert into device_certificates (${CERTIFICATE.join(', ')})
        values (${places(deviceColumns.length + 1, CERTIFICATE.length)})`,
    rowsOf(2).map(({ device, certificate }) => [...device, ...certificate]),
    CONNECTIONS,
  );
  return { copy, single };
}
