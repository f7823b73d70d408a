import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { held } from '../bars.ts';
import { processTree } from '../measure/process-stat.ts';
import { median, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { hoursOf, measureIdleDay } from './idle-day.ts';

const INVENTORIES = 5;

/** What a full inventory of this machine costs; and its real agent, connected and with nothing to do. */
export const agent: Suite = {
  name: 'agent',
  about: 'this machine’s agent at rest, its requests in an idle day, a full inventory',
  workload(run) {
    const { settleMs, restMs } = times(run);
    return `the agent of this machine, connected to a site: ${restMs / 1000} s at rest after ${settleMs / 1000} s to settle; ${INVENTORIES} full inventories, each in a fresh process; its requests in ${hoursOf(run)} h in which nothing happens, at a site in the same process on a clock that is moved`;
  },
  async measure(run) {
    const { settleMs, restMs } = times(run);
    const idleDay = await measureIdleDay(run);
    const inventories = Array.from({ length: INVENTORIES }, () => round(fullInventoryMs()));
    await using world = await run.world();
    await world.start('site');
    await world.enrolAgent();
    await sleep(settleMs);
    const { pid } = world.agent();
    const before = await totals(pid);
    await sleep(restMs);
    const after = await totals(pid);
    const percent = ((after.cpuMs - before.cpuMs) / restMs) * 100;
    const residentMb = after.residentBytes / 1024 / 1024;
    const inventory = median(inventories);
    return [
      {
        suite: 'agent',
        what: 'full inventory: processor time',
        value: inventory,
        unit: 'ms',
        better: 'less',
        samples: inventories,
        bar: held('agentInventory', inventory),
      },
      {
        suite: 'agent',
        what: 'at rest: resident memory',
        value: round(residentMb),
        unit: 'MB',
        better: 'less',
        bar: held('agentMemory', residentMb),
      },
      {
        suite: 'agent',
        what: `at rest: of one core, over ${restMs / 1000} s`,
        value: round(percent, 3),
        unit: '%',
        better: 'less',
        bar: held('agentCpu', percent),
      },
      {
        suite: 'agent',
        what: 'at rest: child processes',
        value: after.children,
        unit: '',
        better: 'less',
        bar: held('agentChildren', after.children),
      },
      ...idleDay,
    ];
  },
};

function times(run: SuiteRun): { settleMs: number; restMs: number } {
  return run.isQuick
    ? { settleMs: 5_000, restMs: 20_000 }
    : { settleMs: 30_000, restMs: 10 * 60_000 };
}

async function totals(
  pid: number,
): Promise<{ cpuMs: number; residentBytes: number; children: number }> {
  const tree = await processTree(pid);
  const own = tree.get(pid);
  if (!own) throw new Error('the agent has ended');
  const cpuMs = [...tree.values()].reduce((sum, stat) => sum + stat.cpuMs, own.endedChildrenCpuMs);
  return { cpuMs, residentBytes: own.residentBytes, children: tree.size - 1 };
}

function fullInventoryMs(): number {
  const program = join(import.meta.dirname, 'full-inventory.ts');
  return Number(execFileSync(process.execPath, [program], { encoding: 'utf8' }));
}
