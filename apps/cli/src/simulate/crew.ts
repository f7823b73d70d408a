import { join } from 'node:path';
import {
  type FleetProcess,
  type ProcessStats,
  startFleetProcess,
} from '@moorline/simulator/process';
import { appEntry } from '../layout.ts';

/** The processes among which the devices are divided, as one. Disposing stops them in order. */
export interface Crew extends AsyncDisposable {
  /** Devices that had enrolled before. */
  readonly enrolled: number;
  /** Resolves with why, when a process has ended by itself. */
  readonly ended: Promise<string>;
  enrol(invitation: string, rate: number): Promise<void>;
  connect(): Promise<void>;
  /** Enrols no more; resolves when nothing of it is under way. */
  halt(): Promise<void>;
  /** The sums. */
  stats(): Promise<ProcessStats>;
  deviceIds(): Promise<readonly (string | null)[]>;
  readonly kill: () => void;
}

export interface CrewOptions {
  readonly devices: number;
  readonly processes: number;
  readonly folder: string;
  readonly profile?: string | undefined;
  readonly seed?: string | undefined;
  readonly chaos?: boolean | undefined;
  readonly alwaysOnline?: boolean | undefined;
  readonly isLoopback: boolean;
}

export async function createCrew(options: CrewOptions): Promise<Crew> {
  const { devices, processes, folder } = options;
  const entry = appEntry('simulator');
  await using started = new AsyncDisposableStack();
  const fleets: FleetProcess[] = [];
  for (let index = 0, first = 0; index < processes; index++) {
    const share = Math.floor(((index + 1) * devices) / processes) - first;
    if (share > 0) {
      fleets.push(
        started.use(
          await startFleetProcess(
            {
              devices: share,
              first,
              seed: options.seed,
              profile: options.profile,
              chaos: options.chaos,
              alwaysOnline: options.alwaysOnline,
              folder: processes === 1 ? folder : join(folder, `part-${index + 1}-of-${processes}`),
              // One address of this machine has ports for one process's devices.
              localAddress: options.isLoopback && index > 0 ? `127.0.0.${index + 1}` : undefined,
            },
            { entry },
          ),
        ),
      );
    }
    first += share;
  }
  const owned = started.move();
  return {
    enrolled: fleets.reduce((sum, { ready }) => sum + ready.enrolled, 0),
    ended: Promise.race(fleets.map(({ exited }) => exited)),
    async enrol(invitation, rate) {
      const params = { invitation, rate: Math.max(1, rate / fleets.length), live: true };
      await Promise.all(fleets.map((fleet) => fleet.request('enrol', params)));
    },
    async connect() {
      await Promise.all(fleets.map((fleet) => fleet.request('connect', {})));
    },
    async halt() {
      await Promise.all(fleets.map((fleet) => fleet.request('halt', {})));
    },
    async stats() {
      const all = await Promise.all(fleets.map((fleet) => fleet.request('stats', {})));
      return all.reduce(sumOf);
    },
    async deviceIds() {
      return (await Promise.all(fleets.map((fleet) => fleet.request('deviceIds', {})))).flat();
    },
    kill() {
      for (const fleet of fleets) fleet.kill();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Number by number, at whatever depth. */
function sumOf(a: ProcessStats, b: ProcessStats): ProcessStats {
  // Both are of the same shape, and so is their sum.
  return sumOfRecords(a, b) as ProcessStats;
}

function sumOfRecords(a: object, b: object): object {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const [left, right]: unknown[] = [Reflect.get(a, name), Reflect.get(b, name)];
      const isObject = typeof (left ?? right) === 'object';
      return [
        name,
        isObject
          ? sumOfRecords(Object(left ?? {}), Object(right ?? {}))
          : Number(left ?? 0) + Number(right ?? 0),
      ];
    }),
  );
}
