import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessWorld } from '@moorline/testkit/processes';
import { held } from '../bars.ts';
import { startClientProcess } from '../clients/client-process.ts';
import { renamed } from '../clients/document.ts';
import type { Renamed } from '../clients/post-load-process.ts';
import { quantile, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { plantFleet } from '../world/fleet.ts';

const PER_SECOND = 50;
/** Each has asked for something within 15 s of its connection: the host closes one that has not. */
const CHANGING = 400;
const LOOK_MS = 50;
/** The newest names that one look sees: enough for 20 s of changes. */
const SEEN = 1_000;
const LATE_MS = 60_000;

/** From a device's changed document, sent to its site, to the new value in the tenant's API. */
export const visible: Suite = {
  name: 'visible',
  about: 'from a changed document to the new value in the tenant, at 50 changes a second',
  workload(run) {
    const { devices, count } = sizes(run);
    return `${devices} devices of a site, all uploaded to its tenant; ${count} of them (${Math.min(devices, CHANGING)} in turn) send a changed name, ${PER_SECOND} a second, over mutual-TLS connections that stay open; the tenant's list is asked for the newest names every ${LOOK_MS} ms, which is part of the figure; client in a process of its own`;
  },
  async measure(run) {
    const { devices, count } = sizes(run);
    const changing = Math.min(devices, CHANGING);
    await using world = await run.world();
    const fleet = await plantFleet(world, 'site', {
      ...{ devices, certified: changing, isLogged: true, areOffline: true },
    });
    await Promise.all([world.start('tenant'), world.start('site')]);
    await world.attach();
    const uploading = performance.now();
    while ((await world.clients.tenant.devices.count()) < devices) await sleep(200);
    run.say(`uploaded after ${round((performance.now() - uploading) / 1000)} s`);

    await using client = await startClientProcess('post-load-process.ts');
    const port = Number(new URL(world.host('site').ready.gatewayUrl).port);
    const prepared = { file: fleet.file, devices: changing, rounds: 0, kind: 'software' };
    await client.call('prepare', prepared);
    await client.call('open', { port });
    // Who connects is a change too: let it pass.
    await sleep(2_000);

    const { result, cpu, wallMs } = await run.window(
      world,
      ['site', 'tenant'],
      'visible',
      async () => {
        const sending = client.call<Renamed>('rename', { perSecond: PER_SECOND, count });
        const seenAt = await watchNames(world, count);
        return { sent: await sending, seenAt };
      },
    );
    const refused = Object.entries(result.sent.refused);
    if (refused.length > 0) throw new Error(`documents were refused: ${refused.join('; ')}`);
    const delays = result.sent.sentAt.map((at, index) => (result.seenAt[index] ?? Number.NaN) - at);
    const p99 = quantile(delays, 0.99);
    const busy = (ms: number): number => round((ms / wallMs) * 100);
    return [
      {
        suite: 'visible',
        what: `changed document → tenant's API, ${devices} devices, ${PER_SECOND} changes a second: p50`,
        value: round(quantile(delays, 0.5)),
        unit: 'ms',
        better: 'less',
      },
      {
        suite: 'visible',
        what: `changed document → tenant's API, ${devices} devices, ${PER_SECOND} changes a second: p99`,
        value: round(p99),
        unit: 'ms',
        better: 'less',
        bar: held('visible', p99),
      },
      {
        suite: 'visible',
        what: 'of one core: site and tenant (with the looks at the list)',
        value: busy(cpu.programMs),
        unit: '%',
        better: 'less',
      },
      {
        suite: 'visible',
        what: 'of one core: PostgreSQL of both',
        value: busy(cpu.databaseMs),
        unit: '%',
        better: 'less',
      },
    ];
  },
};

function sizes(run: SuiteRun): { devices: number; count: number } {
  return {
    devices: run.size({ full: 100_000, quick: 5_000 }),
    count: PER_SECOND * (run.isQuick ? 8 : 60),
  };
}

/** When each of the names was first seen in the tenant, in epoch milliseconds. */
async function watchNames({ clients }: ProcessWorld, count: number): Promise<readonly number[]> {
  const seenAt: number[] = [];
  const index = new Map(Array.from({ length: count }, (_, n) => [renamed(n), n]));
  let left = count;
  let lastSeen = performance.now();
  while (left > 0) {
    const { items } = await clients.tenant.devices.list({
      filter: "startswith(deviceName,'RENAMED-')",
      orderBy: [{ field: 'deviceName', descending: true }],
      select: ['deviceName'],
      top: SEEN,
    });
    const now = performance.timeOrigin + performance.now();
    for (const { deviceName } of items) {
      const n = index.get(deviceName ?? '');
      if (n === undefined || seenAt[n] !== undefined) continue;
      seenAt[n] = now;
      left -= 1;
      lastSeen = performance.now();
    }
    if (performance.now() - lastSeen > LATE_MS) throw new Error(`${left} names were never seen`);
    await sleep(LOOK_MS);
  }
  return seenAt;
}
