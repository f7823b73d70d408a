import { accepts, CHANNEL_CLOSE, NudgeMessage } from '@moorline/contracts/agent';
import { type BackoffPolicy, backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import { Channel, type ChannelEnd, type ChannelHandlers } from '../link/channel.ts';
import type { Dialer } from '../link/dialer.ts';
import { codeOf, refusalOf, waitOf } from '../link/problem.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import { type Counters, countError } from './stats.ts';

/** The channels of a fleet, with the agent's own patience. @spec docs/protocols/agent.md §8.6 */
export interface Connector {
  readonly connected: number;
  readonly connecting: number;
  /** Whether another device may begin to connect now. */
  readonly hasRoom: boolean;
  connect(device: SimulatedDevice): void;
  /** In order; the device does not come back by itself. */
  disconnect(device: SimulatedDevice): void;
  /** As a cut cable: the device comes back by itself. */
  cut(device: SimulatedDevice, reason: string): void;
}

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 5 * 60_000 };
/** A channel that lived this long was a good one: the next trouble is a new trouble. */
const STEADY_MS = 60_000;
/** After one that opened and broke soon, the authority is there: no waiting as for one that is away. */
const ATTEMPTS_AFTER_OPENING = 3;
const REVOKED_RETRY_MS = 3_600_000;
const REPLACED_RETRY_MS = 5 * 60_000;
const HANDSHAKE_MS = 20_000;
const LARGEST_HANDSHAKES = 256;

export function createConnector(deps: {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly counters: Counters;
  opened(device: SimulatedDevice): void;
  nudged(
    device: SimulatedDevice,
    nudge: { desired: boolean; actions: boolean; inventory: readonly string[] },
  ): void;
  /** The channel is gone; `connectAt` says when to try again. */
  lost(device: SimulatedDevice): void;
}): Connector {
  const { dialer, clock, entropy, counters } = deps;
  let connected = 0;
  let connecting = 0;

  const forget = (device: SimulatedDevice): void => {
    if (device.channel === null) return;
    device.channel = null;
    if (device.openedAt > 0) connected -= 1;
    else connecting -= 1;
  };
  /** When to try again, which the last attempt decides. */
  const comeBackAt = (device: SimulatedDevice, end: ChannelEnd, wasOpen: boolean): number => {
    const spread = 0.9 + 0.2 * entropy.fraction();
    const code = end.kind === 'closed' ? end.code : 0;
    const refusal =
      end.kind === 'refused' ? refusalOf(end.answer, 'the channel', clock.now()) : undefined;
    const { status, retryAfterMs } = waitOf(refusal);
    const isRevoked = code === CHANNEL_CLOSE.revoked || status === 401 || status === 403;
    if (refusal) countError(counters, codeOf(refusal));
    else countError(counters, end.kind === 'closed' ? `channel.${end.code}` : 'channel.lost');
    if (isRevoked) return clock.now() + REVOKED_RETRY_MS * spread;
    if (code === CHANNEL_CLOSE.replaced) return clock.now() + REPLACED_RETRY_MS * spread;
    // Spread also after the time asked for: everyone was told the same.
    if (retryAfterMs > 0) return clock.now() + retryAfterMs * (1 + 0.2 * entropy.fraction());
    const pauseMs = backoffMs(BACKOFF, device.attempt++, entropy);
    // All the others have lost theirs in the same moment.
    const least = wasOpen ? device.spreadMs * entropy.fraction() : 0;
    return clock.now() + Math.max(pauseMs, least);
  };

  const handlers: ChannelHandlers<SimulatedDevice> = {
    opened(device, spread, isResumed) {
      device.observeSpread(spread);
      connecting -= 1;
      connected += 1;
      device.openedAt = clock.now();
      device.heardAt = device.openedAt;
      counters.connects += 1;
      if (isResumed) counters.resumed += 1;
      if (device.isReturning) counters.reconnects += 1;
      device.isReturning = false;
      deps.opened(device);
    },
    message(device, text) {
      device.heardAt = clock.now();
      const message = jsonIn(text);
      // A newer authority may say more than this agent knows.
      if (!accepts(NudgeMessage, message)) return;
      counters.nudges += 1;
      deps.nudged(device, {
        desired: message.desired === true,
        actions: message.actions === true,
        inventory: message.inventory ?? [],
      });
    },
    pinged(device) {
      device.heardAt = clock.now();
      counters.pings += 1;
    },
    session(device, session) {
      device.session = session;
    },
    ended(device, end) {
      const { openedAt } = device;
      forget(device);
      if (openedAt > 0) {
        const isSteady = clock.now() - openedAt >= STEADY_MS;
        device.attempt = isSteady ? 0 : Math.min(device.attempt, ATTEMPTS_AFTER_OPENING);
      }
      device.openedAt = 0;
      device.connectAt = comeBackAt(device, end, openedAt > 0);
      if (openedAt > 0) device.isReturning = true;
      // What the server refuses as such is tried with a session of its own; one that is short of time keeps its ticket.
      else if (end.kind === 'refused' && isUnwanted(end.answer.status)) device.session = null;
      deps.lost(device);
    },
  };

  return {
    get connected() {
      return connected;
    },
    get connecting() {
      return connecting;
    },
    get hasRoom() {
      return connecting < LARGEST_HANDSHAKES;
    },
    connect(device) {
      if (device.channel || device.credential === null) return;
      connecting += 1;
      device.openedAt = 0;
      const socket = dialer.dial(device.credential, device.session);
      device.channel = new Channel(device, handlers, socket, {
        host: dialer.host,
        cursor: device.cursor,
        handshakeMs: HANDSHAKE_MS,
      });
    },
    disconnect(device) {
      device.channel?.close();
      forget(device);
      device.openedAt = 0;
    },
    cut(device, reason) {
      device.channel?.cut(reason);
    },
  };
}

function isUnwanted(status: number): boolean {
  return status === 401 || status === 403;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
