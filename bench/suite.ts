import { join } from 'node:path';
import {
  createProcessWorld,
  type HostName,
  type ProcessWorld,
  type ProcessWorldOptions,
} from '@moorline/testkit/processes';
import { INSPECT, profiled, topRows, writeProfile } from './measure/cpu-profile.ts';
import { type ServerCpu, withServerCpu } from './measure/server-cpu.ts';
import type { Figure } from './report.ts';
import { round } from './stats.ts';

/** One subject of measurement. */
export interface Suite {
  readonly name: string;
  /** One line: what `--help` says of it. */
  readonly about: string;
  /** Sizes at which `--grow` measures it; absent: its cost does not come from the fleet's size. */
  readonly sizes?: readonly number[];
  /** The workload in words, with its numbers, as this run has them. */
  workload(run: SuiteRun): string;
  measure(run: SuiteRun): Promise<Figure[]>;
}

/** A window of measurement over hosts. */
export interface Window<T> {
  readonly result: T;
  readonly wallMs: number;
  readonly cpu: ServerCpu;
}

/** What a suite is run with. */
export interface SuiteRun {
  readonly isQuick: boolean;
  /** Size of the fleet where the caller gave one. */
  readonly devices: number | null;
  /** The size to take: what the caller gave, else one of these. */
  size(sizes: { readonly full: number; readonly quick: number }): number;
  /** The programs as a user runs them. */
  world(options?: Partial<ProcessWorldOptions>): Promise<ProcessWorld>;
  /**
   * Runs `work` and says what the hosts' processes used meanwhile; with `--profile` it is profiled too, and what
   * the time went into is printed and kept.
   */
  window<T>(
    world: ProcessWorld,
    hosts: readonly HostName[],
    label: string,
    work: () => Promise<T>,
  ): Promise<Window<T>>;
  /** A line of progress. */
  say(text: string): void;
}

const PROFILE_ROWS = 15;

export function createSuiteRun(options: {
  readonly isQuick: boolean;
  readonly devices: number | null;
  readonly isProfiled: boolean;
  readonly resultsFolder: string;
  readonly say: (text: string) => void;
}): SuiteRun {
  const { isQuick, devices, isProfiled, say } = options;

  async function profiledHosts<T>(
    world: ProcessWorld,
    hosts: readonly HostName[],
    label: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const [host, ...others] = hosts;
    if (host === undefined) return work();
    const { result, profile } = await profiled(world.logFile(host), () =>
      profiledHosts(world, others, label, work),
    );
    const name = `${label} ${host}`.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
    const file = join(options.resultsFolder, `${name}.cpuprofile`);
    await writeProfile(file, profile);
    say(`where the time goes: ${label}, main thread of ${host} (${file})`);
    for (const row of topRows(profile, PROFILE_ROWS)) {
      say(`  ${String(round(row.share * 100)).padStart(5)} %  ${row.name}`);
    }
    return result;
  }

  return {
    isQuick,
    devices,
    size: ({ full, quick }) => devices ?? (isQuick ? quick : full),
    world: (more = {}) =>
      createProcessWorld({
        programs: 'bundle',
        ...(isProfiled ? { nodeOptions: INSPECT } : {}),
        ...more,
      }),
    window: (world, hosts, label, work) =>
      withServerCpu(
        hosts.map((host) => world.host(host).pid),
        () => (isProfiled ? profiledHosts(world, hosts, label, work) : work()),
      ),
    say,
  };
}
