import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, systemClock } from '@moorline/kernel';
import { isAlive, processesOf } from './processes.ts';

/** The process id on the first line of postmaster.pid. */
export function postmasterPid(cluster: string): number | undefined {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

const PATIENCE_MS = { fast: 30_000, orphans: 5_000, killed: 10_000 } as const;

/**
 * Ends what an earlier owner of the cluster left running, in order: the postmaster by a fast shutdown, orphans of
 * a killed postmaster by waiting for them, and by SIGQUIT (PostgreSQL's emergency exit) when they stay. Only the
 * holder of the owner lock may call this. Afterwards no process uses the cluster.
 */
export async function endLeftovers(cluster: string, logger: Logger): Promise<void> {
  // An initdb whose starter was killed goes on too; what it makes is thrown away.
  const making = processesOf(`${cluster}.new`, undefined);
  signalAll(making, 'SIGKILL');
  await allEnd(making, PATIENCE_MS.killed);
  const postmaster = postmasterPid(cluster);
  const running = processesOf(cluster, postmaster);
  if (postmaster !== undefined && running.includes(postmaster)) {
    logger.info({ pid: postmaster }, 'stopping the database that an earlier owner left running');
    process.kill(postmaster, 'SIGINT');
    if (!(await allEnd([postmaster], PATIENCE_MS.fast))) signalAll([postmaster], 'SIGQUIT');
  }
  const orphans = running.filter((pid) => pid !== postmaster);
  if (!(await allEnd(orphans, PATIENCE_MS.orphans))) signalAll(orphans, 'SIGQUIT');
  if (!(await allEnd(running, PATIENCE_MS.killed))) {
    logger.warn({ pids: running }, 'killing database processes that did not end when told');
    signalAll(running, 'SIGKILL');
    await allEnd(running, PATIENCE_MS.killed);
  }
  // What is named there now is a process of something else that got the same number; PostgreSQL, which cannot
  // tell, would refuse to start. No process of this cluster is left, so nothing holds its shared memory.
  const named = postmasterPid(cluster);
  if (named !== undefined && isAlive(named)) rmSync(join(cluster, 'postmaster.pid'));
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids.filter(isAlive)) process.kill(pid, signal);
}

async function allEnd(pids: readonly number[], patienceMs: number): Promise<boolean> {
  const deadline = systemClock.now() + patienceMs;
  while (pids.some(isAlive)) {
    if (systemClock.now() > deadline) return false;
    await systemClock.sleep(20);
  }
  return true;
}
