import { AGENT_PATHS, type RenewBody } from '@moorline/contracts/agent';
import { type BackoffPolicy, backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import { newKeyAndCsr } from '../identity/csr.ts';
import type { IdentityStore } from '../identity/identity-store.ts';
import type { RawAnswer } from '../link/answer-parser.ts';
import type { HttpCall } from '../link/http-connection.ts';
import { codeOf, refusalOf, waitOf } from '../link/problem.ts';
import type { Requests } from '../link/requests.ts';
import type { Actions } from './actions.ts';
import type { Desired } from './desired.ts';
import type { Documents } from './documents.ts';
import { identityOf } from './enrolment.ts';
import { type SimulatedDevice, WANTED } from './simulated-device.ts';
import { type Counters, countError } from './stats.ts';

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 5 * 60_000 };
const REFUSED_RETRY_MS = 3_600_000;
const RENEWAL_RETRY_MS = 3_600_000;

/** What the fleet's devices do over HTTP: one thing at a time for each device, and only so many devices at once. */
export interface Work {
  /** Adds to what the device has to do, and sees to it that it is done. */
  want(device: SimulatedDevice, wanted: number): void;
  /** Does something for the device as soon as nothing else is under way for it. Undefined: the fleet is closing. */
  exclusively<T>(device: SimulatedDevice, work: () => Promise<T>): Promise<T | undefined>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  readonly running: number;
}

export function createWork(deps: {
  readonly requests: Requests<SimulatedDevice>;
  readonly desired: Desired;
  readonly actions: Actions;
  readonly documents: Documents;
  readonly store: IdentityStore;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly signal: AbortSignal;
  nameOf(device: SimulatedDevice): string;
  /** A round with the authority has succeeded or failed, or its settings have changed: its times are other. */
  changed(device: SimulatedDevice): void;
  polled(device: SimulatedDevice): void;
  renewed(device: SimulatedDevice): void;
}): Work {
  const { requests, desired, actions, documents, counters, clock, entropy, signal } = deps;
  const working = new Set<Promise<void>>();

  const round = async (device: SimulatedDevice): Promise<void> => {
    const { wanted } = device;
    const send = (call: HttpCall): Promise<RawAnswer> => requests.send(device, call);
    device.wanted = 0;
    // What is not done is wanted again.
    let left = wanted;
    const has = (bit: number): boolean => (left & bit) !== 0;
    try {
      if (has(WANTED.poll)) {
        const { actionsWaiting = true } = await desired.refresh(device, send);
        if (actionsWaiting) left |= WANTED.actions;
        left &= ~WANTED.poll;
        deps.polled(device);
      }
      if (has(WANTED.actions)) {
        await actions.take(device, send);
        left &= ~WANTED.actions;
      }
      await actions.finish(device);
      await actions.flush(device, send);
      left &= ~(WANTED.finish | WANTED.reports);
      left |= device.wanted & WANTED.inventory;
      device.wanted &= ~WANTED.inventory;
      if (has(WANTED.renew)) {
        await renew(device, send);
        left &= ~WANTED.renew;
      }
      if (has(WANTED.inventory)) {
        await documents.send(device, send);
        left &= ~WANTED.inventory;
      }
      device.failures = 0;
    } catch (error) {
      device.wanted |= left;
      countError(counters, codeOf(error));
      const { status, retryAfterMs } = waitOf(error);
      const pause =
        status === 401 || status === 403
          ? REFUSED_RETRY_MS
          : Math.max(retryAfterMs, backoffMs(BACKOFF, device.failures++, entropy));
      device.retryAt = clock.now() + pause;
    }
  };

  const renew = async (
    device: SimulatedDevice,
    send: (call: HttpCall) => Promise<RawAnswer>,
  ): Promise<void> => {
    const { identity } = device;
    if (!identity) return;
    // Not again at once, whatever comes of it.
    device.identity = { ...identity, renewAfter: clock.now() + RENEWAL_RETRY_MS };
    const { privateKey, csr } = await newKeyAndCsr(deps.nameOf(device));
    const asked: RenewBody = { csr };
    const answer = await send({
      method: 'POST',
      path: AGENT_PATHS.renew,
      body: Buffer.from(JSON.stringify(asked)),
    });
    if (answer.status !== 200) throw refusalOf(answer, AGENT_PATHS.renew, clock.now());
    device.identity = identityOf(answer, privateKey, AGENT_PATHS.renew);
    device.session = null;
    deps.store.put(device.index, device.identity);
    counters.renewals += 1;
    deps.renewed(device);
  };

  const start = (device: SimulatedDevice, work: () => Promise<void>): Promise<void> => {
    const running = work().finally(() => {
      working.delete(running);
      device.work = null;
      deps.changed(device);
      // What came meanwhile, unless it failed and waits.
      if (device.wanted !== 0 && clock.now() >= device.retryAt) begin(device);
    });
    device.work = running;
    working.add(running);
    return running;
  };
  const begin = (device: SimulatedDevice): void => {
    if (device.work || device.wanted === 0 || signal.aborted || !device.isOnline) return;
    void start(device, async () => {
      if (!(await requests.turn())) return;
      try {
        if (device.isOnline && device.credential) await round(device);
      } finally {
        requests.done(device);
      }
    });
  };

  return {
    want(device, wanted) {
      device.wanted |= wanted;
      if (clock.now() >= device.retryAt) begin(device);
    },
    async exclusively<T>(device: SimulatedDevice, work: () => Promise<T>): Promise<T | undefined> {
      while (device.work) await device.work;
      const outcome = Promise.withResolvers<T | undefined>();
      await start(device, async () => {
        if (!(await requests.turn())) return outcome.resolve(undefined);
        await work()
          .then(outcome.resolve, outcome.reject)
          .finally(() => requests.done(device));
      });
      return outcome.promise;
    },
    async idle() {
      while (working.size > 0) await Promise.all(working);
    },
    get running() {
      return working.size;
    },
  };
}
