import { systemClock } from '@moorline/kernel';
import { enrolSimulatedDevice, openGateway } from '@moorline/testkit';
import { createProcessWorld } from '@moorline/testkit/processes';
import type { Figure } from '../report.ts';
import { quantile, round } from '../stats.ts';
import { deviceRow } from './device-row.ts';

const CHANGES = 200;
const P99_BAR_MS = 2000;

/** From a device's changed document, sent to its site, to the new value in the tenant's API. */
export async function measureVisible(): Promise<Figure[]> {
  await using world = await createProcessWorld({ programs: 'bundle' });
  await Promise.all([world.start('tenant'), world.start('site')]);
  await world.attach();
  const { token } = await world.clients.site.enrolmentTokens.create({ displayName: 'bench' });
  await using device = await enrolSimulatedDevice(await openGateway(token ?? ''), 'bench-0');

  const samples: number[] = [];
  for (let change = 1; change <= CHANGES; change++) {
    const name = `bench-${change}`;
    const start = performance.now();
    const answer = await device.putDocument('Device', [deviceRow(name)]);
    if (answer.status !== 200) throw new Error(`documents were answered ${answer.status}`);
    while (!(await isVisible(name))) await systemClock.sleep(2);
    samples.push(performance.now() - start);
    // Under the device's own quota of documents, and not in step with any timer.
    await systemClock.sleep(200 + Math.random() * 50);
  }
  const p99 = quantile(samples, 0.99);
  return [
    {
      suite: 'visible',
      what: `changed document → tenant's API, p50 of ${CHANGES}`,
      value: round(quantile(samples, 0.5)),
      unit: 'ms',
    },
    {
      suite: 'visible',
      what: "changed document → tenant's API, p99",
      value: round(p99),
      unit: 'ms',
      bar: { text: `≤ ${P99_BAR_MS} ms`, kept: p99 <= P99_BAR_MS },
    },
  ];

  async function isVisible(name: string): Promise<boolean> {
    const { items } = await world.clients.tenant.devices.list({ top: 1, select: ['deviceName'] });
    return items[0]?.deviceName === name;
  }
}
