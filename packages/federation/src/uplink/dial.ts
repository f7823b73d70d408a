import {
  DownMessage,
  FEDERATION_LIMITS,
  FEDERATION_PATHS,
  FEDERATION_PROTOCOL,
  UPLINK_CLOSE,
  type UpMessage,
} from '@moorline/contracts/federation';
import { type Clock, createTaskGroup, type Logger, MoorlineError } from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import WebSocket from 'ws';
import { watchLiveness } from '../liveness.ts';
import { problemOf } from './problem.ts';
import type { HandleRelay } from './relay-handler.ts';
import type { TenantClient } from './tenant-client.ts';

type Greeting = Extract<DownMessage, { type: 'hello' }>;

export interface Uplink {
  readonly tenantUrl: string;
  readonly client: TenantClient;
  readonly hello: Extract<UpMessage, { type: 'hello' }>;
  readonly handleRelay: HandleRelay;
  /** Runs while the uplink is open, from the tenant's `hello` on; its end ends the uplink. */
  readonly whileOpen: (greeting: Greeting, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface DialDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

const OPEN_TIMEOUT_MS = 15_000;
const GREETING_TIMEOUT_MS = 15_000;
const MAX_DOWN_BYTES = 256 * 1024;
const down = Compile(DownMessage);

/**
 * Opens the uplink once and keeps it until it closes, `whileOpen` returns or the signal is aborted. Resolves with
 * why it closed; throws when it never came to a greeting.
 */
export async function dial(uplink: Uplink, deps: DialDeps): Promise<string> {
  const { clock, logger } = deps;
  const socket = new WebSocket(
    new URL(FEDERATION_PATHS.uplink, uplink.tenantUrl.replace(/^https:/, 'wss:')),
    {
      ...uplink.client.socketOptions,
      perMessageDeflate: false,
      maxPayload: MAX_DOWN_BYTES,
      handshakeTimeout: OPEN_TIMEOUT_MS,
      followRedirects: false,
    },
  );
  await using tasks = createTaskGroup('uplink', logger);
  const greeting = Promise.withResolvers<Greeting>();
  const closed = Promise.withResolvers<string>();
  let failure: Error | undefined;

  const send = (message: UpMessage): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const answer = async (id: string, jws: string): Promise<void> =>
    send({ type: 'relayResult', id, result: await uplink.handleRelay(jws) });

  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => {
      if (chunks.length < 16) chunks.push(chunk);
    });
    response.once('close', () => {
      failure = problemOf({ status: response.statusCode ?? 0, body: json(chunks) });
      socket.terminate();
    });
  });
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.once('open', () => send(uplink.hello));
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? undefined : parse(String(data));
    if (!message) socket.close(UPLINK_CLOSE.protocol, 'That is not a message of the protocol.');
    else if (message.type === 'hello') greeting.resolve(message);
    else tasks.run('relay', () => answer(message.id, message.jws));
  });
  socket.once('close', (code, reason) => {
    const why = closeReason(code, String(reason));
    greeting.reject(failure ?? new Error(why));
    closed.resolve(why);
  });
  const hangUp = (): void => {
    if (socket.readyState === WebSocket.OPEN) socket.close(UPLINK_CLOSE.goingAway);
    else socket.terminate();
  };
  uplink.signal.addEventListener('abort', hangUp, { once: true });
  if (uplink.signal.aborted) hangUp();
  tasks.run('greeting', async (signal) => {
    await clock
      .sleep(OPEN_TIMEOUT_MS + GREETING_TIMEOUT_MS, { signal })
      .then(() => greeting.reject(new Error('the tenant did not greet back')))
      .catch(() => {}); // the uplink ended before
  });
  tasks.run('liveness', (signal) =>
    watchLiveness(socket, { clock, intervalMs: FEDERATION_LIMITS.livenessMs, signal }),
  );

  try {
    const greeted = await greeting.promise;
    if (greeted.epoch !== uplink.hello.epoch) throw new Error('the tenant greeted another epoch');
    logger.info({ tenantUrl: uplink.tenantUrl, protocol: FEDERATION_PROTOCOL }, 'uplink open');
    const ended = new AbortController();
    void closed.promise.then(() => ended.abort());
    await uplink.whileOpen(greeted, AbortSignal.any([uplink.signal, ended.signal]));
    hangUp();
    return await closed.promise;
  } finally {
    uplink.signal.removeEventListener('abort', hangUp);
    hangUp();
    // A peer that does not answer the close must not hold up the next attempt.
    const limit = new AbortController();
    void clock
      .sleep(2000, { signal: limit.signal })
      .then(() => socket.terminate())
      .catch(() => {});
    await closed.promise;
    limit.abort();
  }
}

/** Why a failed dial failed, for people. */
export function dialReason(error: unknown): string {
  if (error instanceof MoorlineError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

function closeReason(code: number, reason: string): string {
  if (code === UPLINK_CLOSE.replaced) {
    return 'another server took this uplink over: it runs with a copy of this site’s data';
  }
  if (code === UPLINK_CLOSE.revoked) return 'the tenant revoked this connector';
  if (code === UPLINK_CLOSE.goingAway) return 'the tenant closed it in order';
  if (code === 1006) return 'the connection broke';
  return reason === '' ? `it was closed (${code})` : `it was closed (${code}): ${reason}`;
}

function parse(text: string): DownMessage | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return down.Check(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function json(chunks: readonly Buffer[]): unknown {
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}
