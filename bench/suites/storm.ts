import { setTimeout as sleep } from 'node:timers/promises';
import { held } from '../bars.ts';
import { type ActionTimes, actionTimes } from '../clients/action-caller.ts';
import type { Counts } from '../clients/channel-device.ts';
import type { Connecting } from '../clients/channel-process.ts';
import { startClientProcess } from '../clients/client-process.ts';
import { round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { plantFleet } from '../world/fleet.ts';

const AT_ONCE = 32;
/** Every agent waits at random and doubles its pause: the last come long after the first. */
const GIVE_UP_MS = 10 * 60_000;
const LOOK_MS = 250;
const ACTIONS_EVERY_MS = 200;

/** kill -9 of the site with all of its agents connected: until all are back, and actions meanwhile. */
export const storm: Suite = {
  name: 'storm',
  about: 'kill -9 of the site with all agents connected: until all are back, and actions meanwhile',
  workload(run) {
    return `${size(run)} agents connected; kill -9 of the site, which starts again at once; each agent comes back with the agent's own spread, backoff and jitter, resumes its TLS session where it can and is nudged if it missed something; from the moment that the site is up again, an action every ${ACTIONS_EVERY_MS} ms for an agent that is back; client in a process of its own`;
  },
  async measure(run) {
    const devices = size(run);
    await using world = await run.world();
    const fleet = await plantFleet(world, 'site', {
      ...{ devices, certified: devices, areOffline: true },
    });
    await world.start('site');
    const port = Number(new URL(world.host('site').ready.gatewayUrl).port);
    await using client = await startClientProcess('channel-process.ts');
    await client.call('load', { file: fleet.file, port });
    await client.call('behave', { reconnects: true, polls: true });
    const all = { from: 0, to: devices, atOnce: AT_ONCE, handshake: 'full' };
    const connecting = await client.call<Connecting>('connect', all);
    if (connecting.failed > 0) {
      throw new Error(`${connecting.failed} could not connect: ${connecting.firstProblem}`);
    }
    run.say(`connected after ${round(connecting.wallMs / 1000)} s`);
    // What each agent asks for after it has connected is over, and its connection for requests closed.
    await sleep(run.isQuick ? 3_000 : 20_000);

    await client.call<number>('lateMs'); // from here on
    const killedAt = performance.now();
    await world.kill('site');
    await world.start('site');
    const upMs = performance.now() - killedAt;
    const back = { p50: Number.NaN, p99: Number.NaN, all: Number.NaN };
    const isBack = (): boolean => !Number.isNaN(back.all);
    const { result: actions, cpu } = await run.window(world, ['site'], 'storm', async () => {
      const calling: Promise<ActionTimes> = actionTimes(world.clients.site, {
        deviceIds: () => onlineIds(),
        everyMs: ACTIONS_EVERY_MS,
        isOver: isBack,
      });
      while (!isBack()) {
        const { connected } = await client.call<Counts>('counts');
        const passed = performance.now() - killedAt;
        if (Number.isNaN(back.p50) && connected >= devices / 2) back.p50 = passed;
        if (Number.isNaN(back.p99) && connected >= devices * 0.99) back.p99 = passed;
        if (connected === devices) back.all = passed;
        if (passed > GIVE_UP_MS) {
          throw new Error(`after ${GIVE_UP_MS / 1000} s ${connected} of ${devices} are back`);
        }
        await sleep(LOOK_MS);
      }
      return calling;
    });
    const counts = await client.call<Counts>('counts');
    for (const one of actions.slowest) run.say(`a slow action: ${one}`);
    const clientLateMs = await client.call<number>('lateMs');
    run.say(`the client’s own event loop was late by ${round(clientLateMs)} ms, p99`);
    return [
      seconds('site up again', upMs),
      seconds(`half of ${devices} agents back`, back.p50),
      seconds(`99 % of ${devices} agents back`, back.p99),
      {
        ...seconds(`all ${devices} agents back`, back.all),
        bar: held('stormBack', back.all / 1000),
      },
      {
        suite: 'storm',
        what: `actions meanwhile, site → agent → site, p99 of ${actions.count}`,
        value: round(actions.p99Ms),
        unit: 'ms',
        better: 'less',
        bar: held('stormActions', actions.p99Ms),
      },
      {
        suite: 'storm',
        what: 'actions meanwhile, p50',
        value: round(actions.p50Ms),
        unit: 'ms',
        better: 'less',
      },
      {
        suite: 'storm',
        what: 'attempts that were refused or cut off',
        value: counts.refused,
        unit: '',
        better: 'less',
      },
      {
        suite: 'storm',
        what: 'TLS sessions resumed, of all connections since the start',
        value: counts.resumed,
        unit: '',
      },
      {
        suite: 'storm',
        what: 'processor time from up to all back: site',
        value: round(cpu.programMs / 1000),
        unit: 's',
        better: 'less',
      },
      {
        suite: 'storm',
        what: 'processor time from up to all back: its PostgreSQL',
        value: round(cpu.databaseMs / 1000),
        unit: 's',
        better: 'less',
      },
    ];

    async function onlineIds(): Promise<readonly string[]> {
      const open = await client.call<readonly number[]>('open');
      return open.flatMap((index) => fleet.ids[index] ?? []);
    }
  },
};

function size(run: SuiteRun): number {
  return run.size({ full: 19_000, quick: 500 });
}

function seconds(
  what: string,
  ms: number,
): { suite: string; what: string; value: number; unit: string; better: 'less' } {
  return { suite: 'storm', what, value: round(ms / 1000), unit: 's', better: 'less' };
}
