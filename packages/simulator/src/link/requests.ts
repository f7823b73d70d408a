import type { Clock } from '@moorline/kernel';
import { simulatorErrors } from '../errors.ts';
import type { RawAnswer } from './answer-parser.ts';
import type { Credential, Dialer } from './dialer.ts';
import { type HttpCall, type HttpConnection, openHttpConnection } from './http-connection.ts';

/** A device as far as its requests need to know it. */
export interface Requester {
  /** Kept between the requests of a burst; null: none is open. */
  http: HttpConnection | null;
  /** The last TLS session, to resume. */
  session: Buffer | null;
  readonly credential: Credential | null;
  /** When its channel was opened; 0: it is not open. */
  readonly openedAt: number;
}

/** Requests of a whole fleet, a bounded number of devices at a time. */
export interface Requests<Device extends Requester> extends Disposable {
  /** Waits for a turn, which lasts until `done`. False: the fleet is closing, there is no turn. */
  turn(): Promise<boolean>;
  done(device: Device): void;
  /** One request of a device that has the turn, over its kept connection or a new one. @throws `simulator.unreachable` */
  send(device: Device, call: HttpCall): Promise<RawAnswer>;
  /** Closes what has rested long enough. */
  sweep(): void;
  /** No connection is opened any more: after this, a request of a device whose connection is closed fails. */
  giveUp(): void;
  readonly count: number;
  readonly waiting: number;
}

const REQUEST_TIMEOUT_MS = 60_000;

export function createRequests<Device extends Requester>(deps: {
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** Devices that may have a request under way. */
  readonly limit: number;
  /** How long a connection is kept after a burst. */
  readonly lingerMs: number;
}): Requests<Device> {
  const { dialer, clock, limit, lingerMs } = deps;
  const queue: ((granted: boolean) => void)[] = [];
  const resting = new Map<Device, number>();
  let head = 0;
  let running = 0;
  let count = 0;
  let isClosed = false;
  let isGivenUp = false;

  const close = (device: Device): void => {
    resting.delete(device);
    device.http?.close();
    device.http = null;
  };
  const connectionOf = (device: Device): HttpConnection => {
    if (device.http?.isOpen) return device.http;
    if (isGivenUp) throw new Error('the fleet is closing');
    const socket = dialer.dial(device.credential, device.session, device.openedAt > 0);
    device.http = openHttpConnection(socket, dialer.host, {
      timeoutMs: REQUEST_TIMEOUT_MS,
      onSession: (session) => {
        if (device.credential !== null) device.session = session;
      },
    });
    return device.http;
  };
  const next = (): void => {
    const granted = queue[head];
    if (!granted) return;
    head++;
    if (head > 1024 && head * 2 > queue.length) {
      queue.splice(0, head);
      head = 0;
    }
    running++;
    granted(true);
  };
  return {
    turn() {
      if (isClosed) return Promise.resolve(false);
      if (running < limit) {
        running++;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => queue.push(resolve));
    },
    done(device) {
      running--;
      if (device.http && lingerMs > 0 && !isClosed) {
        resting.delete(device);
        resting.set(device, clock.now());
        // As many may rest as may work: the limit of open files counts both.
        const [oldest] = resting.keys();
        if (resting.size > limit && oldest) close(oldest);
      } else {
        close(device);
      }
      next();
    },
    async send(device, call) {
      resting.delete(device);
      count++;
      const kept = device.http?.isOpen ? device.http : null;
      try {
        // The server may have closed a kept connection as it was taken again: every request may be repeated.
        if (kept) return await kept.send(call).catch(() => connectionOf(device).send(call));
        return await connectionOf(device).send(call);
      } catch (cause) {
        device.http?.close();
        device.http = null;
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw simulatorErrors.unreachable({ host: dialer.host, reason }, { cause });
      }
    },
    sweep() {
      const latest = clock.now() - lingerMs;
      for (const [device, since] of resting) {
        if (since > latest) return;
        close(device);
      }
    },
    giveUp() {
      isGivenUp = true;
    },
    get count() {
      return count;
    },
    get waiting() {
      return queue.length - head;
    },
    [Symbol.dispose]() {
      isClosed = true;
      for (const device of resting.keys()) close(device);
      for (const refused of queue.splice(0).slice(head)) refused(false);
      head = 0;
    },
  };
}
