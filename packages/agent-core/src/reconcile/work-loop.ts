import {
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
  MoorlineError,
} from '@moorline/kernel';

/** Does what is wanted, one round at a time; wishes that come during a round make one round more. */
export interface WorkLoop<Work extends string> {
  /** Adds to what is wanted; ends a backoff, unless the authority asked for that pause. */
  want(...work: readonly Work[]): void;
  /** Runs until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export interface WorkLoopDeps<Work extends string> {
  readonly name: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly backoff: BackoffPolicy;
  /** One round. What it throws as unavailable is tried again after a pause, other failures are not. */
  work(wanted: ReadonlySet<Work>, signal: AbortSignal): Promise<void>;
  failed?(error: MoorlineError): void;
}

export function createWorkLoop<Work extends string>(deps: WorkLoopDeps<Work>): WorkLoop<Work> {
  const { clock, entropy, logger, backoff } = deps;
  const wanted = new Set<Work>();
  let wake = Promise.withResolvers<void>();

  const pause = async (delayMs: number, canWake: boolean, signal: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const sleep = clock
      .sleep(delayMs, { signal: AbortSignal.any([signal, over.signal]) })
      .catch((error: unknown) => {
        if (!over.signal.aborted) throw error;
      });
    await (canWake ? Promise.race([sleep, wake.promise]) : sleep);
    over.abort();
    await sleep;
  };

  return {
    want(...work) {
      for (const item of work) wanted.add(item);
      wake.resolve();
    },
    async run(signal) {
      signal.addEventListener('abort', () => wake.resolve(), { once: true });
      let failures = 0;
      while (!signal.aborted) {
        if (wanted.size === 0) await wake.promise;
        wake = Promise.withResolvers<void>();
        if (signal.aborted || wanted.size === 0) continue;
        const round = new Set(wanted);
        wanted.clear();
        try {
          await deps.work(round, signal);
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof MoorlineError)) throw error;
          deps.failed?.(error);
          logger.debug({ err: error, loop: deps.name, failures }, 'round failed');
          if (error.kind !== 'unavailable') continue;
          for (const item of round) wanted.add(item);
          const asked = error.details.retryAfterMs;
          const askedMs = typeof asked === 'number' ? asked : 0;
          const delayMs = Math.max(askedMs, backoffMs(backoff, failures, entropy));
          failures += 1;
          await pause(delayMs, askedMs === 0, signal);
        }
      }
    },
  };
}
