import { setImmediate } from 'node:timers/promises';

const LONGEST_HOLD_MS = 8;

/** Lets others run: a collector asks `due` in its loop and awaits `rest` when it is. */
export interface Pace {
  due(): boolean;
  /** @throws the signal's reason when it is aborted */
  rest(): Promise<void>;
}

export function createPace(signal: AbortSignal | undefined): Pace {
  signal?.throwIfAborted();
  let since = performance.now();
  return {
    due: () => performance.now() - since > LONGEST_HOLD_MS,
    async rest() {
      await setImmediate();
      signal?.throwIfAborted();
      since = performance.now();
    },
  };
}
