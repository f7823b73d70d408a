import { systemClock } from '@moorline/kernel';
import { createProcessWorld } from '@moorline/testkit/processes';
import { processStat } from '../process-stat.ts';
import type { Figure } from '../report.ts';
import { round } from '../stats.ts';

const SETTLE_MS = 15_000;
const REST_MS = 60_000;
const RESIDENT_BAR_MB = 80;
const CPU_BAR_PERCENT = 0.1;

/** This machine's real agent, connected and with nothing to do, for a minute. */
export async function measureAgent(): Promise<Figure[]> {
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
