import {
  type DownMessage,
  FEDERATION_PROTOCOL,
  type UpMessage,
} from '@moorline/contracts/federation';
import {
  type Clock,
  createTaskGroup,
  type Entropy,
  type Logger,
  MoorlineError,
} from '@moorline/kernel';
import { openLongPoll } from './long-poll-channel.ts';
import type { IdleLimit } from './proxy/idle-limit.ts';
import type { HandleRelay } from './relay-handler.ts';
import type { TenantClient } from './tenant-client.ts';
import type { ChannelEvents, UplinkChannel, UplinkTransport } from './uplink-channel.ts';
import { WebSocketBlocked } from './uplink-channel.ts';
import { openWebSocket } from './web-socket-channel.ts';

type Greeting = Extract<DownMessage, { type: 'hello' }>;

export interface Uplink {
  readonly tenantUrl: string;
  readonly transport: UplinkTransport;
  readonly client: TenantClient;
  readonly hello: Extract<UpMessage, { type: 'hello' }>;
  readonly handleRelay: HandleRelay;
  /** Runs while the uplink is open, from the tenant's `hello` on; its end ends the uplink. */
  readonly whileOpen: (greeting: Greeting, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface DialDeps {
  readonly idleLimit: IdleLimit;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

const GREETING_TIMEOUT_MS = 15_000;

/**
 * Opens the uplink once and keeps it until it closes, `whileOpen` returns or the signal is aborted. Resolves with
 * why it closed; throws when it never came to a greeting.
 * @throws WebSocketBlocked
 */
export async function dial(uplink: Uplink, deps: DialDeps): Promise<string> {
  const { clock, logger } = deps;
  await using tasks = createTaskGroup('uplink', logger);
  const greeting = Promise.withResolvers<Greeting>();
  const closed = Promise.withResolvers<string>();
  let isOpen = false;

  const answer = async (id: string, jws: string): Promise<void> =>
    channel.send({ type: 'relayResult', id, result: await uplink.handleRelay(jws) });
  const channel = open(uplink, deps, {
    opened() {
      isOpen = true;
      channel.send(uplink.hello);
    },
    message(message) {
      if (message.type === 'hello') greeting.resolve(message);
      else tasks.run('relay', () => answer(message.id, message.jws));
    },
    closed(why, failure) {
      greeting.reject(failure ?? new Error(why));
      closed.resolve(why);
    },
  });
  const hangUp = (): void => channel.hangUp();
  uplink.signal.addEventListener('abort', hangUp, { once: true });
  if (uplink.signal.aborted) hangUp();
  tasks.run('greeting', async (signal) => {
    await clock
      .sleep(2 * GREETING_TIMEOUT_MS, { signal })
      .then(() => greeting.reject(noGreeting(uplink.transport, isOpen)))
      .catch(() => {}); // the uplink ended before
  });
  tasks.run('liveness', (signal) => channel.watch(signal));

  try {
    const greeted = await greeting.promise;
    if (greeted.epoch !== uplink.hello.epoch) throw new Error('the tenant greeted another epoch');
    const { tenantUrl, transport } = uplink;
    logger.info({ tenantUrl, transport, protocol: FEDERATION_PROTOCOL }, 'uplink open');
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
      .then(() => channel.cut())
      .catch(() => {});
    await closed.promise;
    limit.abort();
  }
}

function open(uplink: Uplink, deps: DialDeps, events: ChannelEvents): UplinkChannel {
  return uplink.transport === 'webSocket'
    ? openWebSocket({ ...deps, tenantUrl: uplink.tenantUrl, client: uplink.client }, events)
    : openLongPoll({ ...deps, client: uplink.client }, events);
}

function noGreeting(transport: UplinkTransport, isOpen: boolean): Error {
  // One that stands and carries nothing is as good as refused: something on the way holds it back.
  return transport === 'webSocket' && isOpen
    ? new WebSocketBlocked('it opened, and nothing came through')
    : new Error('the tenant did not greet back');
}

/** Why a failed dial failed, for people. */
export function dialReason(error: unknown): string {
  if (error instanceof MoorlineError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
