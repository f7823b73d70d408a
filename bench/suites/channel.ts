import { systemClock, systemEntropy } from '@moorline/kernel';
import { enrolSimulatedDevice, openGateway, type SimulatedDevice } from '@moorline/testkit';
import { createProcessWorld } from '@moorline/testkit/processes';
import { startBareServer } from '../peers/bare-server.ts';
import { processStat } from '../process-stat.ts';
import type { Figure } from '../report.ts';
import { round } from '../stats.ts';

const DEVICES = 1500;
const AT_ONCE = 8;
const SETTLE_MS = 10_000;

/** Memory of the site per connected idle agent, beside a bare mutual-TLS WebSocket server with as many. */
export async function measureChannel(): Promise<Figure[]> {
  await using world = await createProcessWorld({ programs: 'bundle' });
  await world.start('site');
  const { token } = await world.clients.site.enrolmentTokens.create({ quota: DEVICES });
  const gateway = await openGateway(token ?? '');
  const devices: SimulatedDevice[] = [];
  const enrolStart = performance.now();
  await inParallel(async (index) => {
    devices.push(await enrolSimulatedDevice(gateway, `bench-${index}`));
  });
  const enrolSeconds = (performance.now() - enrolStart) / 1000;
  // A fresh process: what enrolling left in its heap would hide what the channels take.
  await world.stop('site');
  await world.start('site');
  await systemClock.sleep(SETTLE_MS);

  const { pid } = world.host('site');
  const before = (await processStat(pid)).residentBytes;
  await inParallel(async (index) => void (await devices[index]?.openChannel()));
  await systemClock.sleep(SETTLE_MS);
  const site = ((await processStat(pid)).residentBytes - before) / DEVICES / 1024;
  await Promise.all(devices.map((device) => device[Symbol.asyncDispose]()));

  await using bare = await startBareServer(world.folder, systemEntropy);
  const bareBefore = (await processStat(bare.pid)).residentBytes;
  const sockets = await bare.connect(DEVICES, AT_ONCE);
  await systemClock.sleep(SETTLE_MS);
  const limit = ((await processStat(bare.pid)).residentBytes - bareBefore) / DEVICES / 1024;
  for (const socket of sockets) socket.terminate();

  return [
    {
      suite: 'channel',
      what: `enrolments, ${AT_ONCE} at once (clients on the same cores)`,
      value: round(DEVICES / enrolSeconds),
      unit: '/s',
    },
    {
      suite: 'channel',
      what: `site, per idle agent of ${DEVICES}`,
      value: round(site),
      unit: 'KB',
    },
    {
      suite: 'channel',
      what: 'bare mutual-TLS ws server, per socket',
      value: round(limit),
      unit: 'KB',
    },
    {
      suite: 'channel',
      what: 'site beyond the bare server',
      value: round(site - limit),
      unit: 'KB',
    },
  ];

  async function inParallel(work: (index: number) => Promise<void>): Promise<void> {
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < DEVICES) await work(next++);
      }),
    );
  }
}
