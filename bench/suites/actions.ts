import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessWorld } from '@moorline/testkit/processes';
import { type BarName, held } from '../bars.ts';
import { actionTimes } from '../clients/action-caller.ts';
import type { Connecting } from '../clients/channel-process.ts';
import { startClientProcess } from '../clients/client-process.ts';
import type { Figure } from '../report.ts';
import { round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { plantFleet } from '../world/fleet.ts';

const AT_ONCE = 32;
const EVERY_MS = 100;

/** *Sync machine policy* to one of many connected agents and back, at the site and from its tenant. */
export const actions: Suite = {
  name: 'actions',
  about: 'an action to a connected agent and back, at the site and through the tenant',
  workload(run) {
    const { devices, count } = sizes(run);
    return `${devices} agents connected to one site that is attached to a tenant; ${count} actions at the site, then ${count} at the tenant, one every ${EVERY_MS} ms on average, each for an agent drawn at random, from the request to its end seen at the same API; the agent asks, reports running, asks for its desired state and reports success; client in a process of its own`;
  },
  async measure(run) {
    const { devices, count } = sizes(run);
    await using world = await run.world();
    const fleet = await plantFleet(world, 'site', {
      ...{ devices, certified: devices, isLogged: true, areOffline: true },
    });
    await Promise.all([world.start('tenant'), world.start('site')]);
    await world.attach();
    while ((await world.clients.tenant.devices.count()) < devices) await sleep(100);
    await using client = await startClientProcess('channel-process.ts');
    const port = Number(new URL(world.host('site').ready.gatewayUrl).port);
    await client.call('load', { file: fleet.file, port });
    const connecting = await client.call<Connecting>('connect', {
      ...{ from: 0, to: devices, atOnce: AT_ONCE, handshake: 'full' },
    });
    if (connecting.failed > 0) {
      throw new Error(`${connecting.failed} could not connect: ${connecting.firstProblem}`);
    }
    run.say(`connected after ${round(connecting.wallMs / 1000)} s`);
    await untilOnline(world, devices);

    const figures: Figure[] = [];
    for (const [host, label, bar] of [
      ['site', 'site → agent → site', 'actionSite'],
      ['tenant', 'tenant → site → agent → site → tenant', 'actionTenant'],
    ] as const satisfies readonly (readonly ['site' | 'tenant', string, BarName])[]) {
      const { result, cpu } = await run.window(world, ['site', 'tenant'], `actions ${host}`, () =>
        actionTimes(world.clients[host], {
          deviceIds: async () => fleet.ids,
          everyMs: EVERY_MS,
          isOver: (asked) => asked >= count,
        }),
      );
      figures.push(
        {
          suite: 'actions',
          what: `${label}, p50 of ${count}`,
          value: round(result.p50Ms),
          unit: 'ms',
          better: 'less',
        },
        {
          suite: 'actions',
          what: `${label}, p99, ${devices} connected`,
          value: round(result.p99Ms),
          unit: 'ms',
          better: 'less',
          bar: held(bar, result.p99Ms),
        },
        {
          suite: 'actions',
          what: `${label}: processor time for an action: site and tenant`,
          value: round(cpu.programMs / count),
          unit: 'ms',
          better: 'less',
        },
        {
          suite: 'actions',
          what: `${label}: processor time for an action: PostgreSQL of both`,
          value: round(cpu.databaseMs / count),
          unit: 'ms',
          better: 'less',
        },
      );
    }
    return figures;
  },
};

function sizes(run: SuiteRun): { devices: number; count: number } {
  return { devices: run.size({ full: 19_000, quick: 1_000 }), count: run.isQuick ? 50 : 500 };
}

/** Until the tenant shows every agent as connected: what their coming made to do is done. */
async function untilOnline({ clients }: ProcessWorld, devices: number): Promise<void> {
  while ((await clients.tenant.devices.count('online eq true')) < devices) await sleep(200);
}
