import { type BackoffPolicy, backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import type { ConnectionState } from '../status.ts';
import type { Identity } from '../store/identity-store.ts';
import { type AuthorityClient, createAuthorityClient } from './authority-client.ts';
import { type ChannelEnd, keepChannel } from './channel.ts';
import type { ServerTime } from './server-time.ts';

export interface ConnectionDeps {
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly serverTime: ServerTime;
  /** The channel is open: time to catch up. */
  opened(): void;
  nudged(nudge: { readonly desired: boolean; readonly actions: boolean }): void;
  /** The authority turned the identity down. True: another credential is in use now, try at once. */
  turnedDown(end: ChannelEnd): Promise<boolean>;
  changed(state: ConnectionState, reason: string): void;
}

/** The link to the authority: a client for requests, and the channel that is kept open. */
export interface Connection extends Disposable {
  readonly client: AuthorityClient;
  /** From now on, with the identity's present credential. */
  use(identity: Identity): void;
  /** Closes the channel and opens it again. */
  reopen(): void;
  /** Keeps the channel open until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 5 * 60_000 };
/** A channel that lived this long was a good one: the next trouble is a new trouble. */
const STEADY_MS = 60_000;
/** After one that opened and broke soon, the authority is there: no waiting as for one that is away. */
const ATTEMPTS_AFTER_OPENING = 3;
const REVOKED_RETRY_MS = 3_600_000;
const REPLACED_RETRY_MS = 5 * 60_000;

export function createConnection(deps: ConnectionDeps, identity: Identity): Connection {
  const { clock, entropy } = deps;
  let client = clientFor(deps, identity);
  let present = new AbortController();
  let attempt = 0;

  const pauseAfter = (end: ChannelEnd): number => {
    const spread = 0.9 + 0.2 * entropy.fraction();
    if (end.kind === 'revoked') return REVOKED_RETRY_MS * spread;
    if (end.kind === 'replaced') return REPLACED_RETRY_MS * spread;
    const asked = end.kind === 'lost' ? end.retryAfterMs : 0;
    // Spread also after the time asked for: everyone was told the same.
    return asked > 0
      ? asked * (1 + 0.2 * entropy.fraction())
      : backoffMs(BACKOFF, attempt++, entropy);
  };

  const round = async (signal: AbortSignal): Promise<void> => {
    deps.changed('connecting', `Connecting to ${client.url}.`);
    let openedAt: number | undefined;
    const end = await keepChannel(
      { client, clientVersion: deps.clientVersion, clock },
      {
        opened: () => {
          openedAt = clock.now();
          deps.changed('connected', `Connected to ${client.url}.`);
          deps.opened();
        },
        nudged: deps.nudged,
      },
      signal,
    );
    if (signal.aborted) return;
    if (openedAt !== undefined) {
      const isSteady = clock.now() - openedAt >= STEADY_MS;
      attempt = isSteady ? 0 : Math.min(attempt, ATTEMPTS_AFTER_OPENING);
    }
    const isTurnedDown = end.kind === 'revoked' || end.kind === 'certificateRejected';
    if (isTurnedDown && (await deps.turnedDown(end))) return;
    const pauseMs = pauseAfter(end);
    deps.changed(STATE_AFTER[end.kind], reasonOf(end, pauseMs));
    await clock.sleep(pauseMs, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };

  const reopen = (): void => {
    present.abort();
  };
  return {
    get client() {
      return client;
    },
    use(next) {
      client[Symbol.dispose]();
      client = clientFor(deps, next);
      attempt = 0;
      reopen();
    },
    reopen,
    async run(signal) {
      while (!signal.aborted) {
        present = new AbortController();
        await round(AbortSignal.any([signal, present.signal]));
      }
      deps.changed('stopped', 'The agent is stopped.');
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

const STATE_AFTER: Readonly<Record<ChannelEnd['kind'], ConnectionState>> = {
  lost: 'disconnected',
  certificateRejected: 'disconnected',
  revoked: 'refused',
  replaced: 'replaced',
};

function clientFor(deps: ConnectionDeps, identity: Identity): AuthorityClient {
  const { clientVersion, clock, serverTime } = deps;
  const { url, ca, current: credential } = identity;
  return createAuthorityClient({ url, ca, credential, clientVersion, clock, serverTime });
}

function reasonOf(end: ChannelEnd, pauseMs: number): string {
  const seconds = Math.ceil(pauseMs / 1000);
  const when = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${end.reason.replace(/\.$/, '')}. Next attempt in ${when}.`;
}
