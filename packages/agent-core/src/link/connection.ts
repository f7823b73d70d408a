import { type BackoffPolicy, backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import type { ConnectionState } from '../status.ts';
import type { Identity } from '../store/identity-store.ts';
import { type AuthorityClient, createAuthorityClient } from './authority-client.ts';
import { type ChannelEnd, keepChannel, type Nudge } from './channel.ts';
import { createReconnectSpread, type ReconnectSpread } from './reconnect-spread.ts';
import type { ServerTime } from './server-time.ts';
import type { TlsSessions } from './tls-sessions.ts';

export interface ConnectionDeps {
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly serverTime: ServerTime;
  readonly sessions: TlsSessions;
  /** Cursor of the desired state that is kept here; null: none. */
  cursor(): string | null;
  /** The channel is open. `willNudge`: the authority was told the cursor, and nudges when something was missed. */
  opened(willNudge: boolean): void;
  nudged(nudge: Nudge): void;
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
  const spread = createReconnectSpread();
  const isConnected = (): boolean => isOpen;
  let client = clientFor(deps, { spread, isConnected }, identity);
  let present = new AbortController();
  let attempt = 0;
  let isOpen = false;

  const pauseAfter = (end: ChannelEnd, wasOpen: boolean): number => {
    const jitter = 0.9 + 0.2 * entropy.fraction();
    if (end.kind === 'revoked') return REVOKED_RETRY_MS * jitter;
    if (end.kind === 'replaced') return REPLACED_RETRY_MS * jitter;
    const asked = end.kind === 'lost' ? end.retryAfterMs : 0;
    // Spread also after the time asked for: everyone was told the same.
    if (asked > 0) return asked * (1 + 0.2 * entropy.fraction());
    const pauseMs = backoffMs(BACKOFF, attempt++, entropy);
    // All the others have lost theirs in the same moment.
    return wasOpen ? Math.max(pauseMs, spread.ms * entropy.fraction()) : pauseMs;
  };

  const round = async (signal: AbortSignal): Promise<void> => {
    deps.changed('connecting', `Connecting to ${client.url}.`);
    let openedAt: number | undefined;
    const end = await keepChannel(
      { client, clientVersion: deps.clientVersion, clock, spread, cursor: deps.cursor() },
      {
        opened: (willNudge) => {
          isOpen = true;
          openedAt = clock.now();
          deps.changed('connected', `Connected to ${client.url}.`);
          deps.opened(willNudge);
        },
        nudged: deps.nudged,
      },
      signal,
    );
    isOpen = false;
    if (signal.aborted) return;
    if (openedAt !== undefined) {
      const isSteady = clock.now() - openedAt >= STEADY_MS;
      attempt = isSteady ? 0 : Math.min(attempt, ATTEMPTS_AFTER_OPENING);
    }
    const isTurnedDown = end.kind === 'revoked' || end.kind === 'certificateRejected';
    if (isTurnedDown && (await deps.turnedDown(end))) return;
    const pauseMs = pauseAfter(end, openedAt !== undefined);
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
      client = clientFor(deps, { spread, isConnected }, next);
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

function clientFor(
  deps: ConnectionDeps,
  channel: { readonly spread: ReconnectSpread; readonly isConnected: () => boolean },
  identity: Identity,
): AuthorityClient {
  const { clientVersion, clock, serverTime } = deps;
  const { url, ca, current: credential } = identity;
  const session = deps.sessions.of({ url, ca, certificate: credential.certificate });
  const known = { url, ca, credential, session };
  return createAuthorityClient({ ...known, clientVersion, clock, serverTime, ...channel });
}

function reasonOf(end: ChannelEnd, pauseMs: number): string {
  const seconds = Math.ceil(pauseMs / 1000);
  const when = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${end.reason.replace(/\.$/, '')}. Next attempt in ${when}.`;
}
