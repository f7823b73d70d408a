import { systemClock } from '@moorline/kernel';
import { createProcessWorld } from '@moorline/testkit/processes';
import type { Figure } from '../report.ts';
import { quantile, round } from '../stats.ts';

const ACTIONS = 200;
const P99_BAR_MS = 500;

/** From the tenant's API to this machine's real agent and back: requested until seen as succeeded. */
export async function measureActions(): Promise<Figure[]> {
  await using world = await createProcessWorld({ programs: 'bundle' });
  await Promise.all([world.start('tenant'), world.start('site')]);
  await world.attach();
  const deviceId = await world.enrolAgent();
  const { devices, actions } = world.clients.tenant;
  while (!(await isOnline())) await systemClock.sleep(50);

  const samples: number[] = [];
  for (let index = 0; index < ACTIONS; index++) {
    const start = performance.now();
    const id = await devices.triggerAction(deviceId, 'refreshMachinePolicy');
    for (;;) {
      const action = await actions.get(id);
      if (action.state === 'succeeded') break;
      if (action.isFinal) throw new Error(`the action ended as ${action.state}: ${action.reason}`);
      await systemClock.sleep(2);
    }
    samples.push(performance.now() - start);
    await systemClock.sleep(50 + Math.random() * 50);
  }
  const p99 = quantile(samples, 0.99);
  return [
    {
      suite: 'actions',
      what: `tenant → site → agent → tenant, p50 of ${ACTIONS}`,
      value: round(quantile(samples, 0.5)),
      unit: 'ms',
    },
    {
      suite: 'actions',
      what: 'tenant → site → agent → tenant, p99',
      value: round(p99),
      unit: 'ms',
      bar: { text: `≤ ${P99_BAR_MS} ms`, kept: p99 <= P99_BAR_MS },
    },
  ];

  async function isOnline(): Promise<boolean> {
    return devices.get(deviceId).then(
      (device) => device.online,
      () => false,
    );
  }
}
