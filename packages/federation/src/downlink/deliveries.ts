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
import type {
  RemoteAction,
  RemoteActionQueue,
  RemoteCancel,
  RemoteCancelAnswer,
} from '@moorline/model/ports';
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
  /** Whether the connector may have taken an action that is queued for it still. */
  mayHave(
    connectorId: ConnectorId,
    action: { readonly id: string; readonly requestedAt: number },
  ): boolean;
}

const RETRY: BackoffPolicy = { firstMs: 500, maxMs: 30_000 };
const AT_ONCE = 8;
/** A page of the queue that is shorter is the last. */
const QUEUE_PAGE = 500;
/** From so many on, actions are delivered before more are looked for. */
const DELIVERED_AT_ONCE = 500;

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
  // Asked for since this began; of what is older nothing is known.
  const beganAt = clock.now();
  const attempted = new Map<ConnectorId, Set<string>>();

  const attemptsAt = (connectorId: ConnectorId): Set<string> => {
    const ids = attempted.get(connectorId) ?? new Set();
    attempted.set(connectorId, ids);
    return ids;
  };

  /** True when the action needs no further attempt now. */
  const deliver = async (
    connectorId: ConnectorId,
    action: RemoteAction,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const { id, deviceId, kind, expiresAt, actor } = action;
    const params = { actionId: id, deviceId, kind, expiresAt };
    attemptsAt(connectorId).add(id);
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

  /** True when the connector has answered; what it answers decides what the action's cancellation says. */
  const cancel = async (
    connectorId: ConnectorId,
    { id, actor }: RemoteCancel,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const answered = (answer: RemoteCancelAnswer): Promise<void> =>
      queue().cancelAnswered(id, deps.nameOf(connectorId), answer);
    try {
      await relay.request(connectorId, actor, 'actions.cancel', { actionId: id }, { signal });
      await answered({ kind: 'taken' });
      return true;
    } catch (thrown) {
      if (signal.aborted) return false;
      const error = asMoorlineError(thrown);
      if (error.kind !== 'failure' || error.code === 'relay.replayed') return false;
      await answered(
        error.code === 'actions.not_found'
          ? { kind: 'notThere' }
          : { kind: 'refused', reason: error.message },
      );
      return true;
    }
  };

  /** Every action queued for the connector, page by page; those that it has accepted are passed over. */
  const allQueued = async (
    connectorId: ConnectorId,
    done: Set<string>,
  ): Promise<readonly RemoteAction[]> => {
    const open: RemoteAction[] = [];
    const ids = new Set<string>();
    let page = await queue().queuedFor(connectorId);
    for (;;) {
      for (const action of page) {
        ids.add(action.id);
        if (!done.has(action.id)) open.push(action);
      }
      // What is new is delivered before more of what is under way is looked through.
      if (page.length < QUEUE_PAGE || open.length >= DELIVERED_AT_ONCE) break;
      page = await queue().queuedFor(connectorId, page.at(-1));
    }
    if (page.length < QUEUE_PAGE) {
      for (const known of [done, attemptsAt(connectorId)]) {
        for (const id of known) if (!ids.has(id)) known.delete(id);
      }
    }
    return open;
  };

  /** True when everything queued was accepted or refused. */
  const deliverAll = async (connectorId: ConnectorId): Promise<boolean> => {
    const session = sessions.get(connectorId);
    if (!session) return true; // the next hello wakes it
    const { signal } = session;
    const done = accepted.get(signal) ?? new Set<string>();
    accepted.set(signal, done);
    let complete = true;
    const inTurn = async <T>(
      items: readonly T[],
      work: (item: T) => Promise<void>,
    ): Promise<void> => {
      const open = [...items];
      const worker = async (): Promise<void> => {
        for (let item = open.shift(); item !== undefined; item = open.shift()) {
          if (signal.aborted) return;
          await work(item);
        }
      };
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, open.length) }, worker));
    };
    for (;;) {
      const failed = new Set<string>();
      // First what is to end: nothing of it is on its way now.
      await inTurn(await queue().cancelsFor(connectorId), async (wanted) => {
        if (!(await cancel(connectorId, wanted, signal))) complete = false;
      });
      const open = await allQueued(connectorId, done);
      await inTurn(open, async (action) => {
        if (await deliver(connectorId, action, signal)) done.add(action.id);
        else failed.add(action.id);
      });
      if (failed.size > 0) complete = false;
      if (open.length < DELIVERED_AT_ONCE || failed.size > 0 || signal.aborted) break;
    }
    return complete || signal.aborted;
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
    mayHave: (connectorId, { id, requestedAt }) =>
      requestedAt <= beganAt || (attempted.get(connectorId)?.has(id) ?? false),
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
