import {
  asMoorlineError,
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type ConnectorId,
  type Entropy,
  type Logger,
  type TaskGroup,
} from '@moorline/kernel';
import type { RemoteAction, RemoteActionQueue } from '@moorline/model/ports';
import type { Relay } from './relay.ts';
import type { UplinkSessions } from './sessions.ts';

/**
 * Takes queued actions to the authority that manages their device. The queue is the actions' own table; this
 * keeps only what was accepted over the uplink that is open now, so that nothing is asked twice while the
 * hops are on their way back. Asking again would do no harm: an action's id is its idempotency key.
 */
export interface Deliveries {
  /** Delivers all that is queued for the connector; coalesced, one round at a time. */
  wake(connectorId: ConnectorId): void;
}

const RETRY: BackoffPolicy = { firstMs: 500, maxMs: 30_000 };
const AT_ONCE = 8;

interface Round {
  again: boolean;
  /** Ends the wait between two attempts. */
  hurry: AbortController;
}

export function createDeliveries(deps: {
  readonly sessions: UplinkSessions;
  readonly relay: Relay;
  readonly queue: () => RemoteActionQueue;
  readonly nameOf: (connectorId: ConnectorId) => string;
  readonly tasks: TaskGroup;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
}): Deliveries {
  const { sessions, relay, queue, tasks, clock, entropy, logger } = deps;
  const rounds = new Map<ConnectorId, Round>();
  const accepted = new WeakMap<AbortSignal, Set<string>>();

  /** True when the action needs no further attempt now. */
  const deliver = async (
    connectorId: ConnectorId,
    action: RemoteAction,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const { id, deviceId, kind, expiresAt, actor } = action;
    const params = { actionId: id, deviceId, kind, expiresAt };
    try {
      await relay.request(connectorId, actor, 'actions.request', params, { signal });
      return true;
    } catch (thrown) {
      if (signal.aborted) return false;
      const error = asMoorlineError(thrown);
      // A replayed request was taken before, or another with its number was: ask with a fresh one.
      if (error.kind !== 'failure' || error.code === 'relay.replayed') {
        logger.debug({ connectorId, actionId: id, code: error.code }, 'action not delivered yet');
        return false;
      }
      await queue().refused(id, deps.nameOf(connectorId), error.message);
      return true;
    }
  };

  /** True when everything queued was accepted or refused. */
  const deliverAll = async (connectorId: ConnectorId): Promise<boolean> => {
    const session = sessions.get(connectorId);
    if (!session) return true; // the next hello wakes it
    const done = accepted.get(session.signal) ?? new Set<string>();
    accepted.set(session.signal, done);
    const queued = await queue().queuedFor(connectorId);
    const ids = new Set<string>(queued.map((action) => action.id));
    for (const id of done) if (!ids.has(id)) done.delete(id);
    const open = queued.filter((action) => !done.has(action.id));
    let complete = true;
    const worker = async (): Promise<void> => {
      for (let action = open.shift(); action; action = open.shift()) {
        if (session.signal.aborted) return;
        if (await deliver(connectorId, action, session.signal)) done.add(action.id);
        else complete = false;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, open.length) }, worker));
    return complete || session.signal.aborted;
  };

  const attempt = async (connectorId: ConnectorId): Promise<boolean> => {
    try {
      return await deliverAll(connectorId);
    } catch (error) {
      logger.warn({ err: error, connectorId }, 'delivery of actions failed, trying again');
      return false;
    }
  };

  const run = async (
    connectorId: ConnectorId,
    round: Round,
    signal: AbortSignal,
  ): Promise<void> => {
    let failures = 0;
    do {
      round.again = false;
      if (await attempt(connectorId)) {
        failures = 0;
        continue;
      }
      round.again = true;
      round.hurry = new AbortController();
      const wait = AbortSignal.any([signal, round.hurry.signal]);
      await clock.sleep(backoffMs(RETRY, failures++, entropy), { signal: wait }).catch(() => {});
    } while (round.again && !signal.aborted);
    rounds.delete(connectorId);
  };

  return {
    wake(connectorId) {
      const running = rounds.get(connectorId);
      if (running) {
        running.again = true;
        running.hurry.abort();
        return;
      }
      const round: Round = { again: false, hurry: new AbortController() };
      rounds.set(connectorId, round);
      tasks.run('deliver actions', (signal) => run(connectorId, round, signal));
    },
  };
}
