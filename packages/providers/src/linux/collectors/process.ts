import { readAccounts } from '../accounts.ts';
import { coarse } from '../coarse.ts';
import type { Host } from '../host.ts';
import { readKernelFacts } from '../kernel-facts.ts';
import { parseProcessStat } from '../process-stat.ts';
import type { FoundRow } from '../rows.ts';

const PARTS = 16;
const LEAST_BYTES = 1024 * 1024;

/** Arguments and environment are not read: they may hold secrets. @spec proc(5) */
export async function* collectProcesses({ files, pace }: Host): AsyncIterable<FoundRow> {
  const { bootTimeMs, pageBytes, ticksPerSecond } = readKernelFacts(files);
  const userNames = new Map<number, string>();
  for (const { userId, name } of readAccounts(files))
    if (!userNames.has(userId)) userNames.set(userId, name);
  for (const entry of files.names('/proc')) {
    if (!/^[1-9]\d{0,9}$/.test(entry)) continue;
    if (pace.due()) await pace.rest();
    const stat = parseProcessStat(files.text(`/proc/${entry}/stat`, 4096) ?? '');
    if (!stat || stat.isKernelThread) continue;
    // The folder belongs to the effective user; files inside may not.
    const userId = files.stat(`/proc/${entry}`)?.uid;
    yield {
      ProcessId: Number(entry),
      Name: stat.name,
      ParentProcessId: stat.parent,
      // The kernel marks a file that was replaced since, as updates do.
      ExecutablePath: files.link(`/proc/${entry}/exe`)?.replace(/ \(deleted\)$/, ''),
      UserName: userId === undefined ? null : (userNames.get(userId) ?? String(userId)),
      CreationDate:
        bootTimeMs === null ? null : bootTimeMs + (stat.startTicks / ticksPerSecond) * 1000,
      WorkingSetSize: coarse(stat.residentPages * pageBytes, PARTS, LEAST_BYTES),
      CpuTime: coarse(stat.cpuTicks / ticksPerSecond, PARTS, 1),
    };
  }
}
