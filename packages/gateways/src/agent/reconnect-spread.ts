import { MAX_RECONNECT_SPREAD_S } from '@moorline/contracts/agent';

/** Over how long devices that lost their channel spread their return. */
export interface ReconnectSpread {
  /** Whole seconds, at least 1: what devices are told. */
  seconds(): number;
  /** So many channels are open now. */
  connected(count: number): void;
}

/** What one host takes back without keeping those that are connected waiting. */
const RETURNS_PER_SECOND = 250;

/**
 * Goes by the most that were ever connected: those that are away return with the others.
 * @param expected how many were there before; else those that come first would be told that they are few
 */
export function createReconnectSpread(expected = 0): ReconnectSpread {
  let most = expected;
  return {
    seconds: () =>
      Math.min(Math.max(1, Math.ceil(most / RETURNS_PER_SECOND)), MAX_RECONNECT_SPREAD_S),
    connected(count) {
      if (count > most) most = count;
    },
  };
}
