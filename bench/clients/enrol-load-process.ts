// Devices that enrol: each on a connection of its own, without a certificate, from an address of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AGENT_PATHS,
  AGENT_PROTOCOL,
  decodeInvitation,
  ENROL_PREFIX,
} from '@moorline/contracts/agent';
import { pinRoot } from '@moorline/pki';
import { quantile } from '../stats.ts';
import { serveCalls } from './client-process.ts';
import { jsonRequest, loopbackAddress, openRaw, type RawAnswer } from './raw-connection.ts';
import { pressRequests } from './request-press.ts';

export interface EnrolLoad {
  /** Answered with an identity, each device once. */
  readonly enrolled: number;
  /** Attempts that were refused for now, or cut off, and made again. */
  readonly retries: number;
  /** Devices that gave up. */
  readonly lost: number;
  readonly wallMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Gateway {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

/** As the agent: full jitter from 1 s on. */
const FIRST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 60_000;
const ATTEMPTS = 40;

let gateway: Gateway | undefined;
let requests: Buffer[] = [];

serveCalls({
  /** Keys and requests before anything is timed. */
  async prepare({ invitation, count }: { invitation: string; count: number }) {
    const decoded = decodeInvitation(ENROL_PREFIX, invitation);
    if (!decoded) throw new Error('this is no invitation to enrol');
    const { port } = new URL(decoded.url);
    const ca = await pinRoot(decoded.url, decoded.rootFingerprint);
    gateway = { host: '127.0.0.1', port: Number(port), ca };
    requests = (await pressRequests(count)).map((csr, index) =>
      jsonRequest(
        'POST',
        'localhost',
        AGENT_PATHS.enrol,
        JSON.stringify({
          protocol: AGENT_PROTOCOL,
          token: invitation,
          csr,
          deviceName: `ENROL-${String(index).padStart(6, '0')}`,
          clientVersion: '0.1.0',
        }),
      ),
    );
  },

  /** Enrols devices `from` to `to` (excluded), `atOnce` under way. */
  async run({
    from,
    to,
    atOnce,
  }: {
    from: number;
    to: number;
    atOnce: number;
  }): Promise<EnrolLoad> {
    const latencies: number[] = [];
    const ids = new Set<string>();
    let retries = 0;
    let lost = 0;
    let next = from;
    const enrolOne = async (index: number): Promise<void> => {
      const start = performance.now();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const answer = await ask(index).catch(() => null);
        if (answer?.status === 200) {
          const { deviceId }: { deviceId: string } = JSON.parse(answer.body.toString());
          ids.add(deviceId);
          latencies.push(performance.now() - start);
          return;
        }
        if (answer && answer.status !== 429 && answer.status !== 503) {
          throw new Error(`enrolment was answered ${answer.status}: ${answer.body.toString()}`);
        }
        retries += 1;
        await sleep(pauseMs(attempt, answer?.retryAfterSeconds ?? 0));
      }
      lost += 1;
    };
    const start = performance.now();
    await Promise.all(
      Array.from({ length: Math.min(atOnce, to - from) }, async () => {
        while (next < to) await enrolOne(next++);
      }),
    );
    return {
      enrolled: ids.size,
      retries,
      lost,
      wallMs: performance.now() - start,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  },
});

async function ask(index: number): Promise<RawAnswer> {
  const request = requests[index];
  if (!gateway || !request) throw new Error('not prepared');
  const localAddress = loopbackAddress(index);
  const connection = await openRaw({ ...gateway, servername: 'localhost', localAddress });
  try {
    return await connection.send(request);
  } finally {
    connection.close();
  }
}

function pauseMs(attempt: number, retryAfterSeconds: number): number {
  if (retryAfterSeconds > 0) return retryAfterSeconds * 1000 * (1 + 0.2 * Math.random());
  return Math.random() * Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}
