import { readFile } from 'node:fs/promises';

/** What the kernel has counted of a process. Linux only. @spec proc(5), /proc/pid/stat */
export interface ProcessStat {
  readonly residentBytes: number;
  /** User and system time. */
  readonly cpuMs: number;
}

// USER_HZ is 100 on every Linux that Node runs on; pages are asked for in KiB instead.
const TICK_MS = 10;

export async function processStat(pid: number): Promise<ProcessStat> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The name may hold spaces and brackets: fields are counted from the last bracket on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return { residentBytes: Number(resident) * 1024, cpuMs: ticks * TICK_MS };
}
