import { setTimeout as sleep } from 'node:timers/promises';
import { held } from '../bars.ts';
import type { Connecting } from '../clients/channel-process.ts';
import { type ClientProcess, startClientProcess } from '../clients/client-process.ts';
import { processStat } from '../measure/process-stat.ts';
import { withServerCpu } from '../measure/server-cpu.ts';
import { startBareServer } from '../peers/bare-server.ts';
import type { Figure } from '../report.ts';
import { median, round } from '../stats.ts';
import type { Suite, SuiteRun, Window } from '../suite.ts';
import { plantFleet } from '../world/fleet.ts';
import { type MeshCentralFigures, measureMeshCentral } from './meshcentral.ts';

const AT_ONCE = 16;
/** What follows a connection, such as writing who is online, belongs to its cost. */
const AFTERMATH_MS = 500;

type Handshake = 'full' | 'resumed';

/** A server that the fleet connects to. */
interface Subject {
  readonly name: string;
  readonly port: () => number;
  readonly pid: () => number;
  restart(): Promise<void>;
  window(label: string, work: () => Promise<Connecting>): Promise<Window<Connecting>>;
}

interface Connects {
  /** Processor time of the program for one connection, ms; one value a window. */
  readonly programMs: number[];
  readonly databaseMs: number[];
}

/** What a connected idle agent takes of memory, and a connection of processor time, beside a bare `ws` server. */
export const channel: Suite = {
  name: 'channel',
  about: 'memory and processor time of a channel, beside a bare ws server and MeshCentral',
  sizes: [1_000, 5_000, 10_000, 19_000],
  workload(run) {
    const { devices, perWindow, windows, agents } = sizes(run);
    return `${devices} idle mutual-TLS WebSockets, memory from the first quarter to all of them; ${windows} windows of ${perWindow} connections (TLS handshake, look-up, upgrade), ${AT_ONCE} under way, full and resumed, each window in turn with a bare ws server that shows the same certificates; client in a process of its own; then MeshCentral with ${agents} simulated agents of its own protocol`;
  },
  async measure(run) {
    const { devices, perWindow, windows, agents } = sizes(run);
    await using world = await run.world();
    const fleet = await plantFleet(world, 'site', {
      ...{ devices, certified: devices, areOffline: true },
    });
    await world.start('site');
    await using client = await startClientProcess('channel-process.ts');
    let bare = await startBareServer('socket', fleet.server);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => bare[Symbol.asyncDispose]());

    const site: Subject = {
      name: 'site',
      port: () => Number(new URL(world.host('site').ready.gatewayUrl).port),
      pid: () => world.host('site').pid,
      restart: async () => {
        await world.stop('site');
        await world.start('site');
      },
      window: (label, work) => run.window(world, ['site'], label, work),
    };
    const limit: Subject = {
      name: 'bare ws server',
      port: () => bare.port,
      pid: () => bare.pid,
      restart: async () => {
        await bare[Symbol.asyncDispose]();
        bare = await startBareServer('socket', fleet.server);
      },
      window: (_label, work) => withServerCpu([bare.pid], work),
    };

    const figures: Figure[] = [];
    for (const handshake of ['full', 'resumed'] as const) {
      const ours = emptyConnects();
      const bares = emptyConnects();
      for (let window = 0; window <= windows; window++) {
        for (const [subject, connects] of [
          [site, ours],
          [limit, bares],
        ] as const) {
          const plan = { file: fleet.file, perWindow, handshake, isWarmUp: window === 0 };
          await connectWindow(client, subject, plan, connects);
        }
      }
      figures.push(...connectFigures(handshake, ours, bares));
    }

    const memory = [];
    for (const subject of [site, limit]) {
      await subject.restart();
      memory.push(
        await memoryOf(client, subject, fleet.file, devices, run.isQuick ? 1_500 : 10_000),
      );
    }
    const [own = Number.NaN, bareMemory = Number.NaN] = memory;
    figures.push(
      {
        suite: 'channel',
        what: 'memory for an idle agent (resident, server process)',
        value: round(own),
        unit: 'KB',
        better: 'less',
        beside: { what: 'bare ws server', value: round(bareMemory) },
      },
      {
        suite: 'channel',
        what: 'memory for an idle agent beyond the bare ws server',
        value: round(own - bareMemory),
        unit: 'KB',
        better: 'less',
        bar: held('memoryBeyondBare', own - bareMemory),
      },
    );
    await world.stop('site');
    const mesh = await measureMeshCentral(agents, run.say);
    return mesh ? [...figures, ...meshFigures(mesh, own)] : figures;
  },
};

function sizes(run: SuiteRun): {
  devices: number;
  perWindow: number;
  windows: number;
  agents: number;
} {
  // A process may have 20,000 files open here.
  const devices = Math.min(19_000, run.size({ full: 10_000, quick: 1_000 }));
  return {
    devices,
    perWindow: Math.min(devices, run.isQuick ? 200 : 1_000),
    windows: run.isQuick ? 2 : 5,
    agents: run.isQuick ? 200 : 1_500,
  };
}

function emptyConnects(): Connects {
  return { programMs: [], databaseMs: [] };
}

async function connectWindow(
  client: ClientProcess,
  subject: Subject,
  plan: { file: string; perWindow: number; handshake: Handshake; isWarmUp: boolean },
  connects: Connects,
): Promise<void> {
  const span = { from: 0, to: plan.perWindow, atOnce: AT_ONCE };
  await client.call('load', { file: plan.file, port: subject.port() });
  if (plan.handshake === 'resumed') {
    // For the sessions: what a device keeps from its connection before.
    await open(client, { ...span, handshake: 'full' });
    await client.call('disconnect', { from: 0, to: plan.perWindow });
    await sleep(AFTERMATH_MS);
  }
  const { cpu } = await subject.window(`connect ${plan.handshake}`, async () => {
    const connecting = await open(client, { ...span, handshake: plan.handshake });
    await sleep(AFTERMATH_MS);
    return connecting;
  });
  const { resumed } = await client.call<{ resumed: number }>('counts');
  if (plan.handshake === 'resumed' && resumed < plan.perWindow) {
    throw new Error(`${subject.name} resumed ${resumed} of ${plan.perWindow} sessions`);
  }
  await client.call('disconnect', { from: 0, to: plan.perWindow });
  await sleep(AFTERMATH_MS);
  if (plan.isWarmUp) return;
  connects.programMs.push(cpu.programMs / plan.perWindow);
  connects.databaseMs.push(cpu.databaseMs / plan.perWindow);
}

/** @throws when one of them cannot connect */
async function open(
  client: ClientProcess,
  span: { from: number; to: number; atOnce: number; handshake: Handshake },
): Promise<Connecting> {
  const connecting = await client.call<Connecting>('connect', span);
  if (connecting.failed > 0) {
    throw new Error(`${connecting.failed} could not connect: ${connecting.firstProblem}`);
  }
  return connecting;
}

/** KB for each channel, from a quarter of them to all: what a program takes anyway is left out. */
async function memoryOf(
  client: ClientProcess,
  subject: Subject,
  file: string,
  devices: number,
  settleMs: number,
): Promise<number> {
  await client.call('load', { file, port: subject.port() });
  const quarter = Math.floor(devices / 4);
  await open(client, { from: 0, to: quarter, atOnce: AT_ONCE, handshake: 'full' });
  await sleep(settleMs);
  const before = (await processStat(subject.pid())).residentBytes;
  await open(client, { from: quarter, to: devices, atOnce: AT_ONCE, handshake: 'full' });
  await sleep(settleMs);
  const after = (await processStat(subject.pid())).residentBytes;
  await client.call('disconnect', { from: 0, to: devices });
  return (after - before) / (devices - quarter) / 1024;
}

function connectFigures(handshake: Handshake, ours: Connects, bares: Connects): Figure[] {
  const ratios = ours.programMs.map((ms, index) => round(ms / (bares.programMs[index] ?? 1), 2));
  const ratio = median(ratios);
  return [
    {
      suite: 'channel',
      what: `processor time of a connection, ${handshake} handshake: site`,
      value: round(median(ours.programMs), 2),
      unit: 'ms',
      better: 'less',
      samples: ours.programMs.map((ms) => round(ms, 2)),
      beside: { what: 'bare ws server', value: round(median(bares.programMs), 2) },
    },
    {
      suite: 'channel',
      what: `processor time of a connection, ${handshake} handshake: its PostgreSQL`,
      value: round(median(ours.databaseMs), 2),
      unit: 'ms',
      better: 'less',
      samples: ours.databaseMs.map((ms) => round(ms, 2)),
    },
    {
      suite: 'channel',
      what: `connection : bare, ${handshake} handshake, median of the pairs`,
      value: ratio,
      unit: '× bare',
      better: 'less',
      samples: ratios,
      bar: held('connectCpu', ratio),
    },
  ];
}

function meshFigures(mesh: MeshCentralFigures, own: number): Figure[] {
  const ratio = own / mesh.memoryKb;
  const theirs = `MeshCentral, ${mesh.agents} agents`;
  return [
    {
      suite: 'channel',
      what: 'memory for an idle agent, beside MeshCentral',
      value: round(own),
      unit: 'KB',
      better: 'less',
      beside: { what: theirs, value: round(mesh.memoryKb) },
    },
    {
      suite: 'channel',
      what: 'memory for an idle agent : MeshCentral',
      value: round(ratio, 2),
      unit: '× MeshCentral',
      better: 'less',
      bar: held('memoryBesideMeshCentral', ratio),
    },
    {
      suite: 'channel',
      what: 'processor time of a first connection: MeshCentral (full handshake, RSA signatures of both)',
      value: round(median(mesh.connectMs), 2),
      unit: 'ms',
      samples: mesh.connectMs.map((ms) => round(ms, 2)),
    },
    {
      suite: 'channel',
      what: 'a command there and back: MeshCentral, p50 (kept in memory; ours are journalled: see actions)',
      value: round(mesh.commandP50Ms),
      unit: 'ms',
    },
    {
      suite: 'channel',
      what: 'a command there and back: MeshCentral, p99',
      value: round(mesh.commandP99Ms),
      unit: 'ms',
    },
  ];
}
