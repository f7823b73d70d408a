import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * True while the process runs. One that has ended and that its parent has not asked about (a zombie) runs no more:
 * an orphan's parent is process 1, which in a container may take its time over that, or for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && !isZombie(pid);
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Gone in between; whoever asks again is told.
    return false;
  }
}

/** What of PostgreSQL is running on a cluster, or making one. */
const PROGRAMS = new Set(['postgres', 'initdb', 'sh']);

/**
 * Processes of the cluster: PostgreSQL's processes, the postmaster and its children alike, have the data folder
 * as their working directory, and we start initdb there too. Where there is no /proc, the process named in
 * postmaster.pid is all that can be asked, by its command line.
 */
export function processesOf(cluster: string, postmaster: number | undefined): readonly number[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && workingFolder(name) === cluster)
      .map(Number)
      .filter(isDatabaseProgram);
  }
  if (postmaster === undefined || !isAlive(postmaster)) return [];
  const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(postmaster)], {
    encoding: 'utf8',
  });
  return stdout?.includes(cluster) ? [postmaster] : [];
}

function workingFolder(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // Gone, or another account's.
    return undefined;
  }
}

function isDatabaseProgram(pid: number): boolean {
  try {
    const program = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    // A zombie keeps its name and no longer holds anything.
    return PROGRAMS.has(program) && !isZombie(pid);
  } catch {
    return false;
  }
}
