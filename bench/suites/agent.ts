import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '@moorline/kernel';
import { createProcessWorld } from '@moorline/testkit/processes';
import { processStat } from '../measure/process-stat.ts';
import type { Figure } from '../report.ts';
import { quantile, round } from '../stats.ts';

const SETTLE_MS = 15_000;
const REST_MS = 60_000;
const RESIDENT_BAR_MB = 80;
const CPU_BAR_PERCENT = 0.1;
const INVENTORIES = 5;
const INVENTORY_BAR_MS = 300;

/** What a full inventory of this machine costs; and its real agent, connected and with nothing to do, for a minute. */
export async function measureAgent(): Promise<Figure[]> {
  const inventories = Array.from({ length: INVENTORIES }, fullInventoryMs);
  const inventory = quantile(inventories, 0.5);
  await using world = await createProcessWorld({ programs: 'bundle' });
  await world.start('site');
  await world.enrolAgent();
  await systemClock.sleep(SETTLE_MS);
  const { pid } = world.agent();
  const before = await processStat(pid);
  await systemClock.sleep(REST_MS);
  const after = await processStat(pid);
  const percent = ((after.cpuMs - before.cpuMs) / REST_MS) * 100;
  const residentMb = after.residentBytes / 1024 / 1024;
  return [
    {
      suite: 'agent',
      what: `full inventory: processor time, median of ${INVENTORIES} fresh processes`,
      value: round(inventory),
      unit: 'ms',
      bar: { text: `≤ ${INVENTORY_BAR_MS} ms`, kept: inventory <= INVENTORY_BAR_MS },
    },
    {
      suite: 'agent',
      what: 'at rest: resident memory',
      value: round(residentMb),
      unit: 'MB',
      bar: { text: `≤ ${RESIDENT_BAR_MB} MB`, kept: residentMb <= RESIDENT_BAR_MB },
    },
    {
      suite: 'agent',
      what: `at rest: processor time over ${REST_MS / 1000} s`,
      value: round(percent, 3),
      unit: '%',
      bar: { text: `< ${CPU_BAR_PERCENT} %`, kept: percent < CPU_BAR_PERCENT },
    },
  ];
}

function fullInventoryMs(): number {
  const program = join(import.meta.dirname, 'full-inventory.ts');
  return Number(execFileSync(process.execPath, [program], { encoding: 'utf8' }));
}
