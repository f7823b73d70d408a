// Devices that post their documents over connections that stay open.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import { quantile } from '../stats.ts';
import type { FleetFile } from '../world/fleet.ts';
import { serveCalls } from './client-process.ts';
import { changedDocument, type DocumentKind, renamed, renamedDocument } from './document.ts';
import { jsonRequest, loopbackAddress, openRaw, type RawConnection } from './raw-connection.ts';

export interface PostLoad {
  readonly answers: number;
  readonly wallMs: number;
  /** By status other than 200. */
  readonly refused: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const OPENING = 32;

let fleet: FleetFile | undefined;
let requests: readonly Buffer[][] = [];
let connections: RawConnection[] = [];

serveCalls({
  /** Makes every request of every device before anything is timed. */
  async prepare({ file, devices, rounds, kind }: PrepareParams) {
    fleet = JSON.parse(await readFile(file, 'utf8')) as FleetFile;
    requests = Array.from({ length: devices }, (_, device) =>
      Array.from({ length: rounds }, (_, round) =>
        jsonRequest(
          'POST',
          'localhost',
          AGENT_PATHS.documents,
          changedDocument(kind, device, round),
        ),
      ),
    );
    return requests[0]?.[0]?.length ?? 0;
  },

  /** One connection for each device, TLS done. */
  async open({ port }: { port: number }) {
    for (const connection of connections) connection.close();
    connections = [];
    const { ca, key, devices } = loaded();
    let next = 0;
    await Promise.all(
      Array.from({ length: OPENING }, async () => {
        while (next < requests.length) {
          const index = next++;
          const cert = devices[index]?.certificate ?? '';
          const localAddress = loopbackAddress(index);
          const target = { host: '127.0.0.1', servername: 'localhost', port, localAddress };
          connections[index] = await openRaw({ ...target, ca, cert, key });
        }
      }),
    );
  },

  /** Sends rounds `from` to `to` (excluded) of all devices, device by device, `atOnce` under way. */
  async run({ from, to, atOnce }: { from: number; to: number; atOnce: number }): Promise<PostLoad> {
    const latencies: number[] = [];
    const refused: Record<string, number> = {};
    const total = (to - from) * requests.length;
    let next = 0;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < total) {
          const turn = next++;
          const device = turn % requests.length;
          const request = requests[device]?.[from + Math.floor(turn / requests.length)];
          const connection = connections[device];
          if (!request || !connection) throw new Error('not prepared');
          const sent = performance.now();
          const { status } = await connection.send(request);
          latencies.push(performance.now() - sent);
          if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
        }
      }),
    );
    const wallMs = performance.now() - start;
    return {
      answers: total - Object.values(refused).reduce((sum, count) => sum + count, 0),
      wallMs,
      refused,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  },

  /** Renames devices one after the other at an even pace, whether the answers have come or not. */
  async rename({ perSecond, count }: { perSecond: number; count: number }): Promise<Renamed> {
    const refused: Record<string, number> = {};
    const sentAt: number[] = [];
    const answers: Promise<void>[] = [];
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const dueMs = start + (index * 1000) / perSecond - performance.now();
      if (dueMs > 0) await sleep(dueMs);
      const connection = connections[index % connections.length];
      if (!connection) throw new Error('not open');
      const body = renamedDocument(renamed(index));
      sentAt.push(performance.timeOrigin + performance.now());
      const request = jsonRequest('POST', 'localhost', AGENT_PATHS.documents, body);
      answers.push(
        connection.send(request).then(({ status }) => {
          if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
        }),
      );
    }
    await Promise.all(answers);
    return { sentAt, refused };
  },
});

export interface Renamed {
  /** Epoch milliseconds at which the n-th was sent. */
  readonly sentAt: readonly number[];
  /** By status other than 200. */
  readonly refused: Readonly<Record<string, number>>;
}

interface PrepareParams {
  readonly file: string;
  readonly devices: number;
  readonly rounds: number;
  readonly kind: DocumentKind;
}

function loaded(): FleetFile {
  if (!fleet) throw new Error('not prepared');
  return fleet;
}
