import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Entropy, TaskGroup } from '@moorline/kernel';
import { simulatorErrors } from '../errors.ts';
import type { IdentityStore } from '../identity/identity-store.ts';
import type { Dialer } from '../link/dialer.ts';
import type { HttpCall } from '../link/http-connection.ts';
import { createRequests } from '../link/requests.ts';
import type { Population } from '../population.ts';
import {
  ACTION_HANDLERS,
  type ActionEvent,
  createActions,
  type SimulatedActionHandler,
} from './actions.ts';
import { createConnector } from './connector.ts';
import { createDesired } from './desired.ts';
import { createDocuments, type DocumentForm } from './documents.ts';
import { createLedger } from './ledger.ts';
import { type SimulatedDevice, WANTED } from './simulated-device.ts';
import type { Counters } from './stats.ts';
import { createWheel } from './wheel.ts';
import { createWork } from './work.ts';

/** The enrolled devices of a fleet, living. */
export interface Life {
  readonly online: number;
  readonly connecting: number;
  readonly connected: number;
  readonly requests: number;
  readonly waiting: number;
  /** Devices begin one after another, `rate` a second (default 500). Idempotent. */
  start(rate?: number): void;
  /** Starts, and resolves when every device that is switched on is connected. */
  connect(options: {
    readonly rate?: number | undefined;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  /** A device that has just enrolled. */
  add(device: SimulatedDevice): void;
  poll(device: SimulatedDevice): Promise<void>;
  changeDocument(
    device: SimulatedDevice,
    className: string,
    form: DocumentForm,
  ): Promise<{ readonly bytes: number }>;
  sendInventory(
    device: SimulatedDevice,
  ): Promise<{ readonly bytes: number; readonly classes: number }>;
  cut(device: SimulatedDevice): void;
  /** Closes everything in order. */
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;
const DEFAULT_RATE = 500;
const JITTER = 0.1;
/** The agent takes this much silence as the end of its channel. @spec docs/protocols/agent.md §8.5 */
const SILENCE_MS = 150_000;
/** A device just enrolled shows itself before it keeps to its hours. */
const FIRST_VISIT_MS = 2 * MINUTE_MS;
const RESTART_TAKES_MS = 40_000;
const RESTORED_SHARE = 0.1;
const CLOSE_BATCH = 500;
const STOP_MS = 2_000;

export function createLife(deps: {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly population: Population;
  readonly store: IdentityStore;
  readonly counters: Counters;
  readonly devices: readonly SimulatedDevice[];
  readonly tasks: TaskGroup;
  readonly dialer: Dialer;
  readonly requestLimit?: number;
  readonly lingerMs?: number;
  readonly actionHandlers?: Readonly<Record<string, SimulatedActionHandler>>;
  readonly onAction?: (event: ActionEvent) => void;
}): Life {
  const { clock, entropy, population, store, counters, devices, tasks, dialer } = deps;
  const now = (): number => clock.now();
  const wheel = createWheel(devices.length, clock);
  const { classes } = population;
  const ledgerName = `ledger-${classes.length}`;
  const ledger = createLedger(devices.length, classes.length, store.take(ledgerName));
  const requests = createRequests<SimulatedDevice>({
    dialer,
    clock,
    limit: deps.requestLimit ?? 128,
    lingerMs: deps.lingerMs ?? 15_000,
  });
  const desired = createDesired(now);
  let online = 0;
  let isRunning = false;
  /** Devices that have not begun yet. */
  let unvisited = 0;
  let waiters: (() => void)[] = [];

  const nowOf = (device: SimulatedDevice): number =>
    clock.now() + population.clockErrorOf(device.index);
  const isDuplicated = (device: SimulatedDevice): boolean => {
    const share = population.linkOf(device.index).duplicateShare;
    return share > 0 && entropy.fraction() < share;
  };
  const sendOf =
    (device: SimulatedDevice) =>
    (call: HttpCall): ReturnType<typeof requests.send> =>
      requests.send(device, call);

  const documents = createDocuments({ population, ledger, counters, now, nowOf, isDuplicated });
  const actions = createActions({
    population,
    store,
    counters,
    handlers: { ...ACTION_HANDLERS, ...deps.actionHandlers },
    onAction: deps.onAction,
    now,
    nowOf,
    isDuplicated,
    async refreshPolicy(device) {
      const { changed } = await desired.refresh(device, sendOf(device));
      return { documents: device.documents, changed };
    },
    startInventory(device) {
      device.wanted |= WANTED.inventory;
      return documents.collected(device).length;
    },
  });
  const work = createWork({
    requests,
    desired,
    actions,
    documents,
    store,
    counters,
    clock,
    entropy,
    signal: tasks.signal,
    nameOf: (device) => population.nameOf(device.index),
    changed: (device) => schedule(device),
    polled(device) {
      device.pollAt = jittered(device.settings.policyPollMinutes);
    },
    renewed(device) {
      // The channel goes on with the newest certificate.
      connector.disconnect(device);
      device.connectAt = now();
    },
  });
  const connector = createConnector({
    dialer,
    clock,
    entropy,
    counters,
    opened(device) {
      device.skewMs = -population.clockErrorOf(device.index);
      // One that has asked before is nudged for what it missed, and its poll keeps its time.
      let wanted: number = device.cursor === null || device.pollAt <= now() ? WANTED.poll : 0;
      if (device.inventoryAt <= now()) wanted |= WANTED.inventory;
      if (device.inventoryAt <= now())
        device.inventoryAt = jittered(device.settings.inventoryMinutes);
      work.want(device, device.reports ? wanted | WANTED.reports : wanted);
      trouble(device);
      schedule(device);
      look();
    },
    nudged(device, nudge) {
      work.want(device, (nudge.desired ? WANTED.poll : 0) | (nudge.actions ? WANTED.actions : 0));
      for (const name of nudge.inventory) {
        const only = classes.findIndex((each) => each.name === name);
        if (only < 0) continue;
        // Who asked waits no longer than some seconds: what fails is not tried again.
        void work
          .exclusively(device, () =>
            documents.send(device, sendOf(device), { only, form: 'whole' }),
          )
          .catch(() => {});
      }
    },
    lost: (device) => schedule(device),
  });

  const jittered = (minutes: number): number =>
    now() + minutes * MINUTE_MS * (1 - JITTER + 2 * JITTER * entropy.fraction());
  const exponential = (meanMs: number): number => -meanMs * Math.log(1 - entropy.fraction());
  const trouble = (device: SimulatedDevice): void => {
    const { dropEveryMs, restartEveryMs } = population.linkOf(device.index);
    if (dropEveryMs > 0) device.troubleAt = now() + exponential(dropEveryMs);
    if (restartEveryMs > 0) device.restartAt = now() + exponential(restartEveryMs);
  };

  /** Sets the time at which the device has to be looked at next. */
  const schedule = (device: SimulatedDevice): void => {
    if (!isRunning || tasks.signal.aborted || device.credential === null) return;
    let at = device.presenceUntil;
    if (device.isOnline) {
      if (device.channel === null) at = Math.min(at, device.connectAt);
      else if (device.openedAt > 0) {
        at = Math.min(at, device.pollAt, device.inventoryAt, device.troubleAt, device.restartAt);
        at = Math.min(at, device.heardAt + SILENCE_MS);
      }
      if (device.wanted !== 0 && !device.work) at = Math.min(at, device.retryAt);
      for (const { doneAt } of device.thinking ?? []) at = Math.min(at, doneAt);
    }
    wheel.set(device.index, at);
  };

  const leave = (device: SimulatedDevice): void => {
    if (!device.isOnline) return;
    device.isOnline = false;
    online -= 1;
    connector.disconnect(device);
  };
  const enter = (device: SimulatedDevice): void => {
    if (device.isOnline) return;
    device.isOnline = true;
    online += 1;
    device.attempt = 0;
  };
  const restart = (device: SimulatedDevice): void => {
    device.restartAt = Number.POSITIVE_INFINITY;
    connector.cut(device, 'the device restarts');
    device.session = null;
    device.wanted = 0;
    device.connectAt = now() + RESTART_TAKES_MS * (0.5 + entropy.fraction());
    if (entropy.fraction() < RESTORED_SHARE) ledger.rewind(device.index, 48);
  };
  const halfOpenOrLost = (device: SimulatedDevice): void => {
    device.troubleAt = Number.POSITIVE_INFINITY;
    if (entropy.fraction() < population.linkOf(device.index).halfOpenShare) {
      device.channel?.goDeaf();
    } else connector.cut(device, 'the link was lost');
  };

  const due = (index: number): void => {
    const device = devices[index];
    if (!device?.credential || tasks.signal.aborted) return;
    const time = now();
    if (time >= device.presenceUntil) {
      if (device.presenceUntil === 0) unvisited -= 1;
      const { isOnline, until } = population.presenceOf(device.index, time);
      device.presenceUntil = until;
      if (isOnline) enter(device);
      else leave(device);
    }
    if (device.isOnline) attend(device, time);
    schedule(device);
    look();
  };
  const attend = (device: SimulatedDevice, time: number): void => {
    if (device.channel === null && time >= device.connectAt) {
      if (connector.hasRoom) connector.connect(device);
      else device.connectAt = time + 100 + 400 * entropy.fraction();
    }
    let wanted = device.wanted;
    if (device.openedAt > 0) {
      if (time >= device.heardAt + SILENCE_MS) {
        connector.cut(device, 'the server is silent');
        return;
      }
      if (time >= Math.min(device.restartAt, device.troubleAt)) {
        if (time >= device.restartAt) restart(device);
        else halfOpenOrLost(device);
        return;
      }
      if (time >= device.pollAt) {
        wanted |= WANTED.poll;
        device.pollAt = jittered(device.settings.policyPollMinutes);
        if (time >= (device.identity?.renewAfter ?? time)) wanted |= WANTED.renew;
      }
      if (time >= device.inventoryAt) {
        wanted |= WANTED.inventory;
        device.inventoryAt = jittered(device.settings.inventoryMinutes);
      }
    }
    if (device.thinking?.some(({ doneAt }) => doneAt <= time)) wanted |= WANTED.finish;
    if (wanted !== 0) work.want(device, wanted);
  };

  /** Tells those who wait for it that every device that is switched on is connected. */
  const look = (): void => {
    if (waiters.length === 0 || unvisited > 0 || connector.connected < online) return;
    for (const resolve of waiters) resolve();
    waiters = [];
  };

  const arrive = (device: SimulatedDevice, connectAt: number): void => {
    device.connectAt = connectAt;
    wheel.set(device.index, connectAt);
  };

  const start = (rate = DEFAULT_RATE): void => {
    if (isRunning) return;
    isRunning = true;
    tasks.run('wheel', (stopped) => wheel.run(due, requests.sweep, stopped));
    let count = 0;
    for (const device of devices) {
      if (!device.credential) continue;
      unvisited += 1;
      arrive(device, now() + (count++ / rate) * 1000);
    }
  };

  return {
    get online() {
      return online;
    },
    get connecting() {
      return connector.connecting;
    },
    get connected() {
      return connector.connected;
    },
    get requests() {
      return requests.count;
    },
    get waiting() {
      return requests.waiting;
    },
    start,
    async connect({ rate, signal }) {
      start(rate);
      await new Promise<void>((resolve, reject) => {
        const stopped = signal ? AbortSignal.any([signal, tasks.signal]) : tasks.signal;
        const onAbort = (): void => reject(stopped.reason);
        stopped.addEventListener('abort', onAbort, { once: true });
        waiters.push(() => {
          stopped.removeEventListener('abort', onAbort);
          resolve();
        });
        look();
      });
    },
    add(device) {
      if (!isRunning) return;
      enter(device);
      device.presenceUntil = now() + FIRST_VISIT_MS;
      arrive(device, now());
    },
    async poll(device) {
      if (!device.credential) throw simulatorErrors.notEnrolled({ index: device.index });
      const wasOnline = device.isOnline;
      if (!wasOnline) enter(device);
      device.wanted |= WANTED.poll;
      work.want(device, WANTED.poll);
      while (device.work) await device.work;
    },
    async changeDocument(device, className, form) {
      if (!device.credential) throw simulatorErrors.notEnrolled({ index: device.index });
      const only = classes.findIndex(({ name }) => name === className);
      if (only < 0) throw new RangeError(`the fleet reports no class ${className}`);
      ledger.addBump(device.index, only);
      const sent = await work.exclusively(device, () =>
        documents.send(device, sendOf(device), { only, form }),
      );
      return { bytes: sent?.bytes ?? 0 };
    },
    async sendInventory(device) {
      if (!device.credential) throw simulatorErrors.notEnrolled({ index: device.index });
      const sent = await work.exclusively(device, () => documents.send(device, sendOf(device)));
      return sent ?? { bytes: 0, classes: 0 };
    },
    cut: (device) => connector.cut(device, 'the link was cut'),
    async stop() {
      isRunning = false;
      for (let at = 0; at < devices.length; at += CLOSE_BATCH) {
        for (const device of devices.slice(at, at + CLOSE_BATCH)) {
          wheel.clear(device.index);
          leave(device);
        }
        await nextTurn();
      }
      requests[Symbol.dispose]();
      await tasks.stop();
      // An answer that is on its way is waited for, one that does not come is not.
      const patience = new AbortController();
      const late = clock.sleep(STOP_MS, { signal: patience.signal }).catch(() => {});
      await Promise.race([work.idle(), late]);
      patience.abort();
      requests.giveUp();
      for (const device of devices) device.http?.close();
      await work.idle();
      store.save(ledgerName, ledger.bytes);
    },
  };
}
