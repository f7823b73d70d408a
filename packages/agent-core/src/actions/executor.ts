import type { ActionReportWire } from '@moorline/contracts/agent';
import { type Clock, type Logger, MoorlineError, rfc3339 } from '@moorline/kernel';
import type { ActionResult } from '@moorline/model';
import type { ServerTime } from '../link/server-time.ts';
import {
  type ActionHandler,
  failedResult,
  type Lane,
  type WaitingAction,
} from './action-handler.ts';
import { type ActionJournal, isFinal } from './journal.ts';

export interface ExecutorDeps {
  readonly journal: ActionJournal;
  readonly handlers: ReadonlyMap<string, ActionHandler>;
  readonly serverTime: ServerTime;
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends a report; resolves when it is kept, not when it has arrived. */
  report(report: ActionReportWire): Promise<void>;
}

const RETRY_WRITE_MS = 60_000;

/** Takes on actions and carries them out, each once: those of a lane one after another. */
export interface Executor {
  /** New ones are journaled and will run; of one seen before, the last report is sent again. */
  accept(actions: readonly WaitingAction[]): Promise<void>;
  /**
   * Ends actions that have not begun, and those under way that can be ended; one that is not known here never will run.
   * What cannot be ended goes on.
   */
  cancel(ids: readonly string[]): Promise<void>;
  /** First finishes what an earlier process left, then runs until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createExecutor(deps: ExecutorDeps): Executor {
  const { journal, handlers, serverTime, logger } = deps;
  const lanes = new Map<Lane, WaitingAction[]>();
  const busy = new Map<Lane, Promise<void>>();
  const running = new Map<string, AbortController>();
  let stop: AbortSignal | undefined;
  // Ids are taken on one call at a time: two answers at once may hold the same action.
  let accepting: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    accepting = accepting.catch(() => {}).then(work);
    return accepting;
  };

  const enqueue = (action: WaitingAction): void => {
    const lane = handlers.get(action.kind)?.lane ?? 'main';
    const queue = lanes.get(lane) ?? [];
    lanes.set(lane, queue);
    queue.push(action);
    begin(lane);
  };
  const begin = (lane: Lane): void => {
    if (!stop || stop.aborted || busy.has(lane)) return;
    busy.set(
      lane,
      drain(lane, stop).finally(() => busy.delete(lane)),
    );
  };
  const drain = async (lane: Lane, signal: AbortSignal): Promise<void> => {
    const queue = lanes.get(lane) ?? [];
    for (let action = queue.shift(); action && !signal.aborted; action = queue.shift()) {
      const taken = action;
      await carryOut(taken, signal).catch((error: unknown) =>
        unwritten(queue, taken, error, signal),
      );
    }
  };
  // What an earlier process left comes first.
  for (const { action } of journal.unfinished()) enqueue(action);

  const finish = async (action: WaitingAction, result: ActionResult): Promise<void> => {
    await deps.report(await journal.done(action.id, result));
    logger.info(
      { actionId: action.id, kind: action.kind, errorCode: result.errorCode },
      'action ended',
    );
  };
  const finishCancelled = async (id: string, message: string): Promise<void> => {
    await deps.report(await journal.cancelled(id, failedResult('cancelled', message)));
    logger.info({ actionId: id }, 'action cancelled');
  };

  const take = async (action: WaitingAction): Promise<void> => {
    const seen = journal.entry(action.id);
    if (seen) {
      await deps.report(seen.report);
      return;
    }
    const received = await journal.received(action);
    if (serverTime.now() > Date.parse(action.expiresAt)) {
      const text = `The action had expired at ${action.expiresAt} when it reached the device, so it was not run. Request it again.`;
      await finish(action, failedResult('expired', text));
      return;
    }
    await deps.report(received);
    enqueue(action);
  };

  const end = async (id: string): Promise<void> => {
    const entry = journal.entry(id);
    if (!entry) {
      // It may still be on its way here: on the disk, it never runs.
      await journal.received({ id, kind: 'unknown', expiresAt: rfc3339(serverTime.now()) });
      return finishCancelled(id, 'Cancelled before it reached the device.');
    }
    if (isFinal(entry.report)) return deps.report(entry.report);
    for (const queue of lanes.values()) {
      const at = queue.findIndex((action) => action.id === id);
      if (at < 0) continue;
      if (entry.report.state === 'running') break;
      queue.splice(at, 1);
      return finishCancelled(id, 'Cancelled on the device before it ran.');
    }
    if (handlers.get(entry.action.kind)?.isEndable) running.get(id)?.abort();
    else await deps.report(entry.report);
  };

  const carryOut = async (action: WaitingAction, signal: AbortSignal): Promise<void> => {
    const handler = handlers.get(action.kind);
    if (!handler) {
      const text = `This client (version ${deps.clientVersion}) does not know the action ${action.kind.slice(0, 64)}. Update the client, then request the action again.`;
      await finish(action, failedResult('notSupported', text));
      return;
    }
    const state = journal.entry(action.id)?.report;
    if (state && isFinal(state)) return deps.report(state);
    const isInterrupted = state?.state === 'running';
    if (isInterrupted && !handler.isRepeatable) {
      const text =
        'The client was interrupted while it carried the action out, and cannot know how far it came. Check the device, then request the action again if it is needed.';
      await finish(action, failedResult('interrupted', text));
      return;
    }
    const reason = isInterrupted ? null : await handler.unsupported?.();
    if (reason) return finish(action, failedResult('notSupported', reason));
    const ending = new AbortController();
    running.set(action.id, ending);
    try {
      if (!isInterrupted) await deps.report(await journal.running(action.id));
      const result = await runHandler(handler, action, ending.signal, signal);
      if (result === 'ended') await finishCancelled(action.id, 'Ended on the device while it ran.');
      else if (result) await finish(action, result);
    } finally {
      running.delete(action.id);
    }
  };

  const runHandler = async (
    handler: ActionHandler,
    action: WaitingAction,
    ending: AbortSignal,
    stopping: AbortSignal,
  ): Promise<ActionResult | 'ended' | undefined> => {
    try {
      return await handler.run(action, { signal: AbortSignal.any([stopping, ending]) });
    } catch (error) {
      // The agent is stopping: the next process finds the action as running.
      if (stopping.aborted) return undefined;
      if (ending.aborted) return 'ended';
      if (error instanceof MoorlineError) return failedResult('failed', error.message);
      logger.error({ err: error, actionId: action.id, kind: action.kind }, 'action handler failed');
      return failedResult('failed', 'The action failed on the device; its log has the details.');
    }
  };

  // The journal or the report could not be written: without it the action must not go on.
  const unwritten = async (
    queue: WaitingAction[],
    action: WaitingAction,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> => {
    logger.error({ err: error, actionId: action.id }, 'action could not be journaled');
    queue.push(action);
    await deps.clock.sleep(RETRY_WRITE_MS, { signal }).catch(() => {});
  };

  return {
    accept: (actions) =>
      inTurn(async () => {
        for (const action of actions) await take(action);
      }),
    cancel: (ids) =>
      inTurn(async () => {
        for (const id of ids) await end(id);
      }),
    async run(signal) {
      for (const { report } of journal.unreported()) await deps.report(report);
      stop = signal;
      for (const lane of lanes.keys()) begin(lane);
      if (!signal.aborted) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      }
      await Promise.all(busy.values());
    },
  };
}
