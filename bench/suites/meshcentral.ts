import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { startClientProcess } from '../clients/client-process.ts';
import { withServerCpu } from '../measure/server-cpu.ts';
import { startMeshCentral } from '../peers/meshcentral/server.ts';
import { median, quantile } from '../stats.ts';

/** What MeshCentral takes on the same machine. */
export interface MeshCentralFigures {
  readonly agents: number;
  readonly memoryKb: number;
  /** Processor time of a first connection, ms; a value for each window. */
  readonly connectMs: readonly number[];
  readonly commandP50Ms: number;
  readonly commandP99Ms: number;
}

const AT_ONCE = 8;
const SETTLE_MS = 3_000;
const WINDOWS = 3;
const COMMANDS = 100;
const ANSWER_MS = 10_000;

/**
 * Its server with simulated agents: full TLS handshake, its own handshake with RSA signatures, idle memory, and a
 * command there and back. Null where it cannot be installed or started; the reason is said.
 */
export async function measureMeshCentral(
  agents: number,
  say: (text: string) => void,
): Promise<MeshCentralFigures | null> {
  try {
    return await measure(agents);
  } catch (error) {
    say(`MeshCentral is left out: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function measure(agents: number): Promise<MeshCentralFigures> {
  await using client = await startClientProcess('mesh-process.ts');
  await using server = await startMeshCentral();
  await client.call('prepare', { count: agents });
  const { port } = server;
  const share = Math.floor(agents / (WINDOWS + 1));
  let ids: readonly string[] = [];
  const connect = async (window: number): Promise<void> => {
    const span = { from: window * share, to: (window + 1) * share };
    ids = await client.call<readonly string[]>('connect', { port, atOnce: AT_ONCE, ...span });
    await sleep(1_000);
  };
  await connect(0);
  await sleep(SETTLE_MS);
  const before = await server.memory();
  const connectMs: number[] = [];
  for (let window = 1; window <= WINDOWS; window++) {
    const { cpu } = await withServerCpu([server.pid], () => connect(window));
    // Its server is a child of the program that was started.
    connectMs.push((cpu.programMs + cpu.databaseMs) / share);
  }
  await sleep(SETTLE_MS);
  const memoryKb = ((await server.memory()) - before) / (WINDOWS * share) / 1024;

  const control = await server.openControl();
  const times: number[] = [];
  for (let index = 0; index < COMMANDS; index++) {
    const id = ids[Math.floor(Math.random() * ids.length)];
    times.push(await commandMs(control, id ?? ''));
  }
  control.terminate();
  return {
    agents: (WINDOWS + 1) * share,
    memoryKb,
    connectMs,
    commandP50Ms: median(times),
    commandP99Ms: quantile(times, 0.99),
  };
}

async function commandMs(control: WebSocket, nodeId: string): Promise<number> {
  const responseid = randomUUID();
  const start = performance.now();
  control.send(
    JSON.stringify({
      action: 'runcommands',
      nodeids: [nodeId],
      ...{ type: 3, cmds: 'true', runAsUser: 0, reply: true, responseid },
    }),
  );
  const signal = AbortSignal.timeout(ANSWER_MS);
  for (;;) {
    const [data] = await once(control, 'message', { signal });
    const message: { responseid?: unknown; result?: unknown } = JSON.parse(String(data));
    if (message.responseid !== responseid) continue;
    if (message.result !== 'OK')
      throw new Error(`the command was answered ${String(message.result)}`);
    return performance.now() - start;
  }
}
