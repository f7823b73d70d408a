import { readdir, readFile } from 'node:fs/promises';

/** What the kernel has counted of a process. Linux only. @spec proc(5), /proc/pid/stat */
export interface ProcessStat {
  readonly residentBytes: number;
  /** User and system time, without its children. */
  readonly cpuMs: number;
  /** The same of children that have ended and were waited for. */
  readonly endedChildrenCpuMs: number;
  readonly parentId: number;
  readonly name: string;
}

// USER_HZ is 100 on every Linux that Node runs on.
const TICK_MS = 10;

export async function processStat(pid: number): Promise<ProcessStat> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The name may hold spaces and brackets: fields are counted from the last bracket on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (user: number): number => Number(fields[user]) + Number(fields[user + 1]);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return {
    residentBytes: Number(resident ?? 0) * 1024,
    cpuMs: ticks(11) * TICK_MS,
    endedChildrenCpuMs: ticks(13) * TICK_MS,
    parentId: Number(fields[1]),
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
  };
}

/** A process and all that descend from it; one that ends meanwhile is left out. */
export async function processTree(pid: number): Promise<ReadonlyMap<number, ProcessStat>> {
  const all = new Map<number, ProcessStat>();
  const entries = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  await Promise.all(
    entries.map(async (id) => {
      const stat = await processStat(id).catch(() => undefined);
      if (stat) all.set(id, stat);
    }),
  );
  const tree = new Map<number, ProcessStat>();
  const take = (id: number): void => {
    const stat = all.get(id);
    if (!stat || tree.has(id)) return;
    tree.set(id, stat);
    for (const [child, { parentId }] of all) if (parentId === id) take(child);
  };
  take(pid);
  return tree;
}
