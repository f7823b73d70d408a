import { setImmediate } from 'node:timers/promises';

/** How long one pass holds the process before others have their turn. */
const LONGEST_HOLD_MS = 8;

/** Work in steps that lets others in between. */
export interface Pace {
  /** True when it is time to `rest`: asked often, it must cost nothing. */
  due(): boolean;
  rest(): Promise<void>;
}

export function createPace(): Pace {
  let since = performance.now();
  return {
    due: () => performance.now() - since > LONGEST_HOLD_MS,
    async rest() {
      await setImmediate();
      since = performance.now();
    },
  };
}
