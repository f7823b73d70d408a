import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFleetProcess } from '@moorline/simulator/process';
import type { HostName, ProcessWorld } from '@moorline/testkit/processes';
import { held } from '../bars.ts';
import { actionTimes } from '../clients/action-caller.ts';
import { processTree } from '../measure/process-stat.ts';
import type { Figure } from '../report.ts';
import { fitLine, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';

const SAMPLE_MS = 2_000;
const HOSTS: readonly HostName[] = ['site', 'tenant'];
/** Levels of pino from `error` on. */
const ERROR_LEVEL = 50;
/** A shorter run sees a process warm up, which is no leak: its slope is told, and held to nothing. */
const MINUTES_TO_TELL = 10;
/** So many looks in a row at which no device waits for its turn: what is left is what comes anyway. */
const RESTED_LOOKS = 4;
/** Of the time: what grows before is warming up. */
const WARM_UP_SHARE = 0.25;

interface Sample {
  readonly hours: number;
  readonly programMb: number;
  readonly databaseMb: number;
}

/** Hosts under a steady load of changes and actions: whether memory grows, and whether anything goes wrong. */
export const soak: Suite = {
  name: 'soak',
  about: 'a site and its tenant under a steady load: memory over time, errors',
  workload(run) {
    const { devices, minutes, perSecond, actionEveryMs } = sizes(run);
    return `${devices} simulated devices of the lab profile, enrolled for real, with their whole inventory; ${round(minutes * 60, 0)} s with ${perSecond} changed documents a second and an action from the tenant every ${actionEveryMs} ms, from when all inventories have arrived on; memory of site and tenant every ${SAMPLE_MS / 1000} s, the slope without the first quarter${minutes < MINUTES_TO_TELL ? ' (so short a run shows errors; of slopes it shows little)' : ''}`;
  },
  async measure(run) {
    const { devices, minutes, perSecond, actionEveryMs } = sizes(run);
    await using world = await run.world();
    await Promise.all(HOSTS.map((host) => world.start(host)));
    await world.attach();
    const fleet = await startFleetProcess({
      devices,
      first: 0,
      seed: 'soak',
      profile: 'lab',
    });
    // Nothing of the fleet is kept: it need not end in order.
    using _killed = { [Symbol.dispose]: fleet.kill };
    const { token } = await world.clients.site.enrolmentTokens.create({ quota: devices });
    await fleet.request('enrol', { invitation: token ?? '' });
    await fleet.request('connect', { rate: 300 });
    run.say('enrolled and connected');
    while ((await world.clients.tenant.devices.count('online eq true')) < devices) await sleep(500);
    run.say('all are online at the tenant');
    // Each sends its whole inventory first, and has one thing under way at a time: actions would wait behind it.
    for (let rested = 0; rested < RESTED_LOOKS; await sleep(500)) {
      const { waiting } = await fleet.request('stats', {});
      rested = waiting === 0 ? rested + 1 : 0;
    }
    run.say('all inventories have arrived');
    const ids = (await fleet.request('deviceIds', {})).flatMap((id) => id ?? []);

    const untilMs = performance.now() + minutes * 60_000;
    const isOver = (): boolean => performance.now() >= untilMs;
    const samples: Record<HostName, Sample[]> = { site: [], tenant: [] };
    let changes = 0;
    const change = async (): Promise<void> => {
      while (!isOver()) {
        const index = Math.floor(Math.random() * devices);
        await fleet.request('changeDocument', { index });
        changes += 1;
        await sleep((1000 / perSecond) * 2 * Math.random());
      }
    };
    const sample = async (): Promise<void> => {
      while (!isOver()) {
        for (const host of HOSTS) samples[host].push(await memoryNow(world, host, untilMs));
        await sleep(SAMPLE_MS);
      }
    };
    const calling = actionTimes(world.clients.tenant, {
      ...{ deviceIds: async () => ids, everyMs: actionEveryMs, isOver },
    });
    const [actions] = await Promise.all([calling, change(), sample()]);
    const { errors } = await fleet.request('stats', {});
    const problems = [
      ...new Set(actions.failures.map((failure) => `an action: ${failure}`)),
      ...Object.entries(errors).map(([code, count]) => `${count} × ${code} at the devices`),
      ...(await Promise.all(HOSTS.map((host) => loggedErrors(world, host)))).flat(),
    ];
    for (const problem of problems) run.say(problem);
    return [
      ...HOSTS.flatMap((host) => slopeFigures(host, samples[host], minutes >= MINUTES_TO_TELL)),
      {
        suite: 'soak',
        what: 'kinds of errors: at devices, in the hosts’ logs, of actions',
        value: problems.length,
        unit: '',
        better: 'less',
        bar: held('soakErrors', problems.length),
      },
      { suite: 'soak', what: 'documents changed', value: changes, unit: '' },
      { suite: 'soak', what: 'actions', value: actions.count, unit: '' },
      {
        suite: 'soak',
        what: 'actions, tenant → site → agent → site → tenant, p99',
        value: round(actions.p99Ms),
        unit: 'ms',
        better: 'less',
      },
    ];
  },
};

function sizes(run: SuiteRun): {
  devices: number;
  minutes: number;
  perSecond: number;
  actionEveryMs: number;
} {
  return {
    devices: run.size({ full: 5_000, quick: 200 }),
    minutes: run.isQuick ? 1 / 3 : 30,
    perSecond: run.isQuick ? 20 : 50,
    actionEveryMs: run.isQuick ? 250 : 500,
  };
}

async function memoryNow(world: ProcessWorld, host: HostName, untilMs: number): Promise<Sample> {
  const { pid } = world.host(host);
  const tree = await processTree(pid);
  let programMb = 0;
  let databaseMb = 0;
  for (const [id, { residentBytes }] of tree) {
    if (id === pid) programMb += residentBytes / 1024 / 1024;
    else databaseMb += residentBytes / 1024 / 1024;
  }
  return { hours: (performance.now() - untilMs) / 3_600_000, programMb, databaseMb };
}

function slopeFigures(host: HostName, samples: readonly Sample[], isHeld: boolean): Figure[] {
  const steady = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const line = fitLine(steady.map(({ hours, programMb }) => ({ x: hours, y: programMb })));
  const mean = steady.reduce((sum, { programMb }) => sum + programMb, 0) / steady.length;
  const last = steady.at(-1);
  const beyond = (Math.max(0, Math.abs(line.slope) - 2 * line.slopeError) / mean) * 100;
  return [
    {
      suite: 'soak',
      what: `${host}: slope of its memory`,
      value: round(line.slope, 2),
      unit: 'MB/h',
      better: 'less',
    },
    {
      suite: 'soak',
      what: `${host}: standard error of the slope`,
      value: round(line.slopeError, 2),
      unit: 'MB/h',
    },
    {
      suite: 'soak',
      what: `${host}: slope beyond twice its error, of the memory`,
      value: round(beyond, 2),
      unit: '%/h',
      better: 'less',
      ...(isHeld && { bar: held('soakSlope', beyond) }),
    },
    {
      suite: 'soak',
      what: `${host}: resident memory at the end, without PostgreSQL`,
      value: round(last?.programMb ?? Number.NaN),
      unit: 'MB',
      better: 'less',
    },
    {
      suite: 'soak',
      what: `${host}: PostgreSQL's processes at the end (shared memory counted in each)`,
      value: round(last?.databaseMb ?? Number.NaN),
      unit: 'MB',
      better: 'less',
    },
  ];
}

/** Messages of the host's log that a person must act on, each kind once. */
async function loggedErrors(world: ProcessWorld, host: HostName): Promise<string[]> {
  const text = await readFile(world.logFile(host), 'utf8');
  const kinds = new Set<string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { level, msg }: { level?: unknown; msg?: unknown } = JSON.parse(line);
    if (typeof level === 'number' && level >= ERROR_LEVEL) kinds.add(`${host}: ${String(msg)}`);
  }
  return [...kinds];
}
