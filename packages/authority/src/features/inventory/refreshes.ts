import type { Clock, DeviceId } from '@moorline/kernel';
import type { DeviceNudger } from '@moorline/model/ports';
import { inventoryErrors } from './errors.ts';

/** What somebody asks devices for now. It lives as long as somebody waits: nothing of it is stored. */
export interface Refreshes {
  /**
   * Asks the device for the class and resolves when its document is stored. Who asks for the same meanwhile waits for
   * the same answer.
   * @throws `inventory.device_silent`, `inventory.refreshes_busy`
   */
  ask(deviceId: DeviceId, className: string): Promise<{ readonly receivedAt: number }>;
  /** These documents of the device are stored now. */
  stored(deviceId: DeviceId, classNames: readonly string[]): void;
}

/** Shorter than a relay waits for its answer. */
const PATIENCE_MS = 12_000;
const MOST_PER_DEVICE = 8;
const MOST = 1_000;

interface Waiting {
  readonly answer: Promise<{ readonly receivedAt: number }>;
  arrived(): void;
}

export function createRefreshes(deps: {
  readonly clock: Clock;
  readonly nudger: DeviceNudger;
}): Refreshes {
  const { clock, nudger } = deps;
  const waiting = new Map<DeviceId, Map<string, Waiting>>();
  let count = 0;

  const begin = (deviceId: DeviceId, className: string): Waiting => {
    const arrival = Promise.withResolvers<void>();
    const over = new AbortController();
    const late = clock
      .sleep(PATIENCE_MS, { signal: over.signal })
      .then(() => true)
      .catch(() => false);
    const answer = (async () => {
      try {
        const isLate = await Promise.race([late, arrival.promise.then(() => false)]);
        if (isLate) throw inventoryErrors.deviceSilent({ className, seconds: PATIENCE_MS / 1000 });
        return { receivedAt: clock.now() };
      } finally {
        over.abort();
        count -= 1;
        const ofDevice = waiting.get(deviceId);
        ofDevice?.delete(className);
        if (ofDevice?.size === 0) waiting.delete(deviceId);
      }
    })();
    return { answer, arrived: arrival.resolve };
  };

  return {
    ask(deviceId, className) {
      const ofDevice = waiting.get(deviceId) ?? new Map<string, Waiting>();
      const known = ofDevice.get(className);
      if (known) return known.answer;
      if (ofDevice.size >= MOST_PER_DEVICE || count >= MOST) throw inventoryErrors.refreshesBusy();
      const started = begin(deviceId, className);
      count += 1;
      ofDevice.set(className, started);
      waiting.set(deviceId, ofDevice);
      nudger.nudge(deviceId, { inventory: [className] });
      return started.answer;
    },
    stored(deviceId, classNames) {
      if (waiting.size === 0) return;
      const ofDevice = waiting.get(deviceId);
      if (ofDevice) for (const name of classNames) ofDevice.get(name)?.arrived();
    },
  };
}
