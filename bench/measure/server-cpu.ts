import { systemClock } from '@moorline/kernel';
import { processTree } from './process-stat.ts';

/** Processor time, user and system, in ms: of the program itself, and of the PostgreSQL that it keeps. */
export interface ServerCpu {
  readonly programMs: number;
  readonly databaseMs: number;
}

/** What a host has used since it started. Databases that it ended are counted as the program's. */
export async function serverCpu(pid: number): Promise<ServerCpu> {
  let programMs = 0;
  let databaseMs = 0;
  for (const [id, stat] of await processTree(pid)) {
    if (id === pid) programMs += stat.cpuMs;
    else databaseMs += stat.cpuMs + stat.endedChildrenCpuMs;
  }
  return { programMs, databaseMs };
}

const REST_WINDOW_MS = 300;
/** Two ticks of the kernel's clock. */
const REST_CPU_MS = 20;
const LONGEST_WAIT_MS = 30_000;

/** Waits until the servers have done what they do after their start: a window in which they use next to nothing. */
export async function atRest(pids: readonly number[]): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < end) {
    const { cpu } = await withServerCpu(pids, () => systemClock.sleep(REST_WINDOW_MS));
    if (cpu.programMs + cpu.databaseMs <= REST_CPU_MS) return;
  }
  throw new Error(`the hosts are not at rest after ${LONGEST_WAIT_MS / 1000} s`);
}

/** Runs `work` and says what the servers used meanwhile, and how long it took. */
export async function withServerCpu<T>(
  pids: readonly number[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpu: ServerCpu; readonly wallMs: number }> {
  const before = await total(pids);
  const start = performance.now();
  const result = await work();
  const wallMs = performance.now() - start;
  const after = await total(pids);
  return {
    result,
    wallMs,
    cpu: {
      programMs: after.programMs - before.programMs,
      databaseMs: after.databaseMs - before.databaseMs,
    },
  };
}

async function total(pids: readonly number[]): Promise<ServerCpu> {
  const all = await Promise.all(pids.map(serverCpu));
  return {
    programMs: all.reduce((sum, { programMs }) => sum + programMs, 0),
    databaseMs: all.reduce((sum, { databaseMs }) => sum + databaseMs, 0),
  };
}
