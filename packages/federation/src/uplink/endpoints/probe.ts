import { lookup } from 'node:dns/promises';
import { request } from 'node:https';
import { isIP } from 'node:net';
import type { AttachEndpoint } from '@moorline/contracts/admin';
import {
  FEDERATION_PATHS,
  type PublishedEndpoint,
  WELL_KNOWN_PATH,
} from '@moorline/contracts/federation';
import { asMoorlineError, type Clock } from '@moorline/kernel';
import { pinRoot, pkiErrors } from '@moorline/pki';
import { connectivityHint } from '../proxy/http-hints.ts';
import { networkReason, type Route } from '../proxy/route.ts';
import { createTenantClient } from '../tenant-client.ts';

export type ProbeStage = NonNullable<AttachEndpoint['stage']>;

export interface ProbeResult {
  readonly passed: boolean;
  /** Where it went wrong. */
  readonly stage: ProbeStage | null;
  /** One or two sentences: what was found, and what to do about it. */
  readonly sentence: string;
  readonly addresses: readonly string[];
  readonly durationMs: number;
  /** `host:port` of the proxy that leads there; null: directly. */
  readonly proxy: string | null;
  /** PEM of the pinned root, once TLS has shown it. */
  readonly root: string | null;
  /** Something else than the tenant answered to TLS. */
  readonly isIntercepted: boolean;
  /** What an `https` endpoint answered. */
  readonly answer: {
    readonly status: number;
    readonly body: unknown;
    readonly sentAt: number;
    readonly receivedAt: number;
  } | null;
}

const ANSWER_MS = 15_000;

/**
 * Tries one endpoint in the order in which a connection comes about: name, proxy or TCP, TLS with the pinned
 * root, an answer. What answers, with whatever status, is reachable; only some statuses say that it is not.
 */
export async function probe(
  endpoint: Pick<PublishedEndpoint, 'host' | 'port' | 'transport'>,
  deps: {
    readonly rootFingerprint: string;
    readonly route: Route;
    readonly clock: Clock;
    readonly signal?: AbortSignal;
  },
): Promise<ProbeResult> {
  const { route, clock } = deps;
  const startedAt = clock.now();
  const proxy = route.proxyTo(endpoint)?.name ?? null;
  let addresses: readonly string[] = [];
  let root: string | null = null;
  const result = (outcome: Partial<ProbeResult> & { readonly sentence: string }): ProbeResult => ({
    passed: false,
    stage: null,
    addresses,
    durationMs: Math.max(0, Math.round(clock.now() - startedAt)),
    proxy,
    root,
    isIntercepted: false,
    answer: null,
    ...outcome,
  });

  // A proxy looks names up itself; this server may not even be able to.
  if (proxy === null) {
    try {
      addresses = await addressesOf(endpoint.host);
    } catch (error) {
      return result({
        stage: 'nameResolution',
        sentence: `The name ${endpoint.host} cannot be resolved: ${networkReason(error)}. Check the name servers of this machine and the tenant's record in them.`,
      });
    }
  }

  const at = hostPort(endpoint);
  const given = deps.signal ? { signal: deps.signal } : {};
  try {
    root = await pinRoot(`https://${at}`, deps.rootFingerprint, { ...given, open: route.open });
  } catch (thrown) {
    return result(refusedBeforeHttp(thrown, at));
  }

  const url = `https://${at}`;
  try {
    return result(
      endpoint.transport === 'webSocket'
        ? await upgrade(url, root, route, deps.signal)
        : await ask(url, root, route, clock, deps.signal),
    );
  } catch (error) {
    return result({
      stage: 'http',
      sentence: `${at} took the connection, but did not answer: ${networkReason(error)}. Look for a proxy or firewall on the way that holds traffic back or cuts it off.`,
    });
  }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

type Outcome = Partial<ProbeResult> & { readonly sentence: string };

function refusedBeforeHttp(thrown: unknown, at: string): Outcome {
  const error = asMoorlineError(thrown);
  if (error.code.startsWith('proxy.')) return { stage: 'proxy', sentence: error.message };
  if (error.code !== pkiErrors.serverUnreachable.spec.code) {
    return {
      stage: 'tls',
      sentence: error.message,
      isIntercepted: error.code === pkiErrors.rootMismatch.spec.code,
    };
  }
  const { reason } = error.details;
  const isTls = /ssl|tls|alert|handshake|before secure/i.test(String(reason));
  return isTls
    ? {
        stage: 'tls',
        sentence: `${at} does not speak TLS with this server: ${reason}. Look for something on the way that opens TLS, and let TLS 1.3 to this host and port through unopened.`,
      }
    : {
        stage: 'connect',
        sentence: `${at} cannot be reached: ${reason}. Allow outgoing TCP to it in every firewall on the way, and check that the tenant runs.`,
      };
}

async function ask(
  url: string,
  root: string,
  route: Route,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  using client = createTenantClient({ url, root, identity: null }, route);
  const sentAt = clock.now();
  const { status, body } = await client.get(WELL_KNOWN_PATH, {
    timeoutMs: ANSWER_MS,
    ...(signal && { signal }),
  });
  const answer = { status, body, sentAt, receivedAt: clock.now() };
  const hint = connectivityHint(status);
  return hint === null
    ? { passed: true, sentence: 'Reached: it answers.', answer }
    : { stage: 'http', sentence: `It answered ${status}. ${hint}`, answer };
}

/**
 * Asks for a WebSocket without a certificate: the tenant refuses that by a code of its own, and only when the
 * request for it arrived as it was sent.
 * @spec RFC 6455 §4.1
 */
function upgrade(
  url: string,
  root: string,
  route: Route,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(ANSWER_MS);
  return new Promise((resolve, reject) => {
    const agent = route.agent({ ca: root, minVersion: 'TLSv1.3' });
    const outgoing = request(new URL(FEDERATION_PATHS.uplink, url), {
      agent,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'bW9vcmxpbmUgcHJvYmUhIQ==',
      },
    });
    outgoing.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ passed: true, sentence: 'Reached: it takes WebSockets.' });
    });
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        if (chunks.length < 16) chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('close', () => {
        agent.destroy();
        resolve(judgeUpgrade(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')));
      });
    });
    outgoing.once('error', (error) =>
      reject(limit.aborted ? new Error('it did not answer in time') : error),
    );
    outgoing.end();
  });
}

const CERTIFICATE_REQUIRED = 'request.certificate_required';

function judgeUpgrade(status: number, body: string): Outcome {
  if (body.includes(`"${CERTIFICATE_REQUIRED}"`)) {
    return { passed: true, sentence: 'Reached: it takes WebSockets, from who is attached.' };
  }
  const hint = connectivityHint(status);
  return {
    stage: 'webSocket',
    sentence: `The request for a WebSocket was answered with ${status}${hint === null ? ' by something on the way' : ''}. ${hint ?? 'Let WebSockets to this host and port pass.'} Until then the site goes by long polling.`,
  };
}

function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
