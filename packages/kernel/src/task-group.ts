import type { Logger } from './logger.ts';

/** Promises that live as long as their owner: none is detached, each has a name. */
export interface TaskGroup extends AsyncDisposable {
  /** Aborted when the group stops. */
  readonly signal: AbortSignal;
  /** Runs `task`; a rejection other than the stop itself is logged as an error, and the rest goes on. */
  run(name: string, task: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts the signal and waits for every task. Idempotent. */
  stop(): Promise<void>;
}

export function createTaskGroup(name: string, logger: Logger): TaskGroup {
  const controller = new AbortController();
  const running = new Set<Promise<void>>();
  const stop = async (): Promise<void> => {
    controller.abort(new DOMException(`${name} is stopping`, 'AbortError'));
    while (running.size > 0) await Promise.all(running);
  };
  return {
    signal: controller.signal,
    run(task, work) {
      if (controller.signal.aborted) return;
      const settled = work(controller.signal)
        .catch((error: unknown) => {
          if (!controller.signal.aborted)
            logger.error({ err: error, group: name, task }, 'task failed');
        })
        .finally(() => running.delete(settled));
      running.add(settled);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
