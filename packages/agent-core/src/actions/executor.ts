import type { ActionReportWire } from '@moorline/contracts/agent';
import { type Clock, type Logger, MoorlineError } from '@moorline/kernel';
import type { ActionResult } from '@moorline/model';
import type { ServerTime } from '../link/server-time.ts';
import { type ActionHandler, failedResult, type WaitingAction } from './action-handler.ts';
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

/** Takes on actions and carries them out, one after another, each once. */
export interface Executor {
  /** New ones are journaled and will run; of one seen before, the last report is sent again. */
  accept(actions: readonly WaitingAction[]): Promise<void>;
  /** First finishes what an earlier process left, then runs until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createExecutor(deps: ExecutorDeps): Executor {
  const { journal, handlers, serverTime, logger } = deps;
  // What an earlier process left comes first.
  const queue: WaitingAction[] = journal.unfinished().map(({ action }) => action);
  let wake = Promise.withResolvers<void>();
  // Ids are taken on one call at a time: two answers at once may hold the same action.
  let accepting: Promise<void> = Promise.resolve();

  const finish = async (action: WaitingAction, result: ActionResult): Promise<void> => {
    await deps.report(await journal.done(action.id, result));
    logger.info(
      { actionId: action.id, kind: action.kind, errorCode: result.errorCode },
      'action ended',
    );
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
    queue.push(action);
    wake.resolve();
  };

  const carryOut = async (action: WaitingAction, signal: AbortSignal): Promise<void> => {
    const handler = handlers.get(action.kind);
    if (!handler) {
      const text = `This client (version ${deps.clientVersion}) does not know the action ${action.kind.slice(0, 64)}. Update the client, then request the action again.`;
      await finish(action, failedResult('unknownKind', text));
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
    if (!isInterrupted) await deps.report(await journal.running(action.id));
    const result = await runHandler(handler, action, signal);
    if (result) await finish(action, result);
  };

  const runHandler = async (
    handler: ActionHandler,
    action: WaitingAction,
    signal: AbortSignal,
  ): Promise<ActionResult | undefined> => {
    try {
      return await handler.run(action, { signal });
    } catch (error) {
      // The agent is stopping: the next process finds the action as running.
      if (signal.aborted) return undefined;
      if (error instanceof MoorlineError) return failedResult('failed', error.message);
      logger.error({ err: error, actionId: action.id, kind: action.kind }, 'action handler failed');
      return failedResult('failed', 'The action failed on the device; its log has the details.');
    }
  };

  // The journal or the report could not be written: without it the action must not go on.
  const unwritten = async (
    action: WaitingAction,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> => {
    logger.error({ err: error, actionId: action.id }, 'action could not be journaled');
    queue.push(action);
    await deps.clock.sleep(RETRY_WRITE_MS, { signal }).catch(() => {});
  };

  return {
    accept(actions) {
      accepting = accepting
        .catch(() => {})
        .then(async () => {
          for (const action of actions) await take(action);
        });
      return accepting;
    },
    async run(signal) {
      signal.addEventListener('abort', () => wake.resolve(), { once: true });
      for (const { report } of journal.unreported()) await deps.report(report);
      while (!signal.aborted) {
        const action = queue.shift();
        if (action) {
          await carryOut(action, signal).catch((error: unknown) =>
            unwritten(action, error, signal),
          );
        } else {
          await wake.promise;
          wake = Promise.withResolvers();
        }
      }
    },
  };
}
