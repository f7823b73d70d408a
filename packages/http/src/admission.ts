import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Logger } from '@moorline/kernel';

/** How many new connections a listener begins, so that those that are open keep their share of the process. */
export interface AdmissionLimits {
  /** Share of a core that the event loop's thread may take; the rest is for connections that are open. */
  readonly busyShare: number;
  /** Most that wait; the next one is cut off before TLS costs anything. */
  readonly waiting: number;
  /** Longest that one waits before it is cut off: its client is better served by its own backoff. */
  readonly waitMs: number;
  /** Begun per second at first; from there it follows what the event loop says. */
  readonly firstPerSecond: number;
}

export const DEFAULT_ADMISSION: AdmissionLimits = {
  busyShare: 0.7,
  waiting: 2_048,
  waitMs: 5_000,
  firstPerSecond: 300,
};

export interface Admission {
  /** Calls `begin` now or soon, or cuts the socket off. */
  admit(socket: Socket, begin: () => void): void;
  /** Since the start. */
  readonly counts: { readonly begun: number; readonly refused: number };
}

const TICK_MS = 20;
/** Shorter looks at the event loop see single handshakes, not how busy it is. */
const LOOK_MS = 200;
/** A loop that is so late on average, for want of a core or for long turns, counts as busy all the time. */
const LATE_MS = 60;
/** However busy the loop is, for refusing costs time, too: below this, refusals alone would keep it busy. */
const SLOWEST_PER_SECOND = 100;
const FASTEST_PER_SECOND = 2_000;
/** What may begin at once after a quiet time. */
const BURST = 32;
/** Of the rate, from one look to the next. */
const SLOWER = 0.7;
const FASTER = 1.25;
const NOTE_EVERY_MS = 10_000;

interface Waiting {
  readonly socket: Socket;
  readonly begin: () => void;
  readonly sinceMs: number;
  readonly address: string;
  /** In which line it stands; null: it has left them. */
  line: 'newcomers' | 'marked' | null;
}

/**
 * Admission by a rate that follows the event loop: as long as it is busier than its share, or late, the rate falls;
 * while connections wait and it is not, the rate rises. (The loop's own utilization will not do: it counts the time in
 * which other processes have the core.) Two lines, first come, first served: every other connection begun is one that
 * carries the mark, as long as there are any. Whoever marks what is not due gets no more than that half.
 */
export function createAdmission(
  limits: AdmissionLimits,
  deps: {
    readonly logger: Logger;
    /** Share of the time since the last call in which the event loop's thread ran, 0 to 1. */
    readonly busyShare?: () => number;
    /** Bytes that a ClientHello has in the clear when it goes first; absent: there are none. */
    readonly mark?: Buffer;
  },
): Admission {
  const busyShare = deps.busyShare ?? threadShare();
  const lines = { newcomers: [] as Waiting[], marked: [] as Waiting[] };
  const perAddress = new Map<string, number>();
  let count = 0;
  let isMarkedNext = true;
  const counts = { begun: 0, refused: 0 };
  let perSecond = limits.firstPerSecond;
  let tokens = BURST;
  let tickedMs = performance.now();
  let lookedMs = tickedMs;
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;
  let notedMs = Number.NEGATIVE_INFINITY;
  let notedCount = 0;

  function refuse(socket: Socket): void {
    counts.refused += 1;
    socket.resetAndDestroy();
    const now = performance.now();
    if (now - notedMs < NOTE_EVERY_MS) return;
    const refused = counts.refused - notedCount;
    notedMs = now;
    notedCount = counts.refused;
    deps.logger.info(
      { refused, perSecond: Math.round(perSecond) },
      'more connections than can be begun: some were cut off and come back by themselves',
    );
  }

  function enter(socket: Socket, start: () => void): void {
    const address = socket.remoteAddress ?? '';
    const one: Waiting = {
      ...{ socket, begin: start, address, sinceMs: performance.now(), line: 'newcomers' },
    };
    count += 1;
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    lines.newcomers.push(one);
    // Nobody listens yet, and a reset by the other end must not end the process.
    socket.on('error', ignore);
    const { mark } = deps;
    if (!mark) return;
    socket.once('readable', () => {
      const hello: unknown = socket.read();
      if (!Buffer.isBuffer(hello)) return;
      // TLS reads it again.
      socket.unshift(hello);
      if (one.line !== 'newcomers' || !hello.includes(mark)) return;
      lines.marked.push({ ...one, line: 'marked' });
      one.line = null;
    });
  }

  function leave(one: Waiting): void {
    one.line = null;
    count -= 1;
    const left = (perAddress.get(one.address) ?? 1) - 1;
    if (left > 0) perAddress.set(one.address, left);
    else perAddress.delete(one.address);
    one.socket.removeAllListeners('readable');
    one.socket.off('error', ignore);
  }

  function cutOff(one: Waiting): void {
    leave(one);
    // It is destroyed without a word to anybody.
    one.socket.on('error', ignore);
    refuse(one.socket);
  }

  /** The first of the line that still waits, and has not waited too long. */
  function first(line: Waiting[], now: number): Waiting | undefined {
    for (let one = line[0]; one; one = line[0]) {
      const isWaiting = one.line !== null && !one.socket.destroyed;
      if (isWaiting && now - one.sinceMs <= limits.waitMs) return one;
      line.shift();
      if (isWaiting) cutOff(one);
      else if (one.line !== null) leave(one);
    }
    return undefined;
  }

  /** Makes room at the expense of the address of which most wait, if that is not the newcomer's own. */
  function makeRoom(address: string): boolean {
    let most = (perAddress.get(address) ?? 0) + 1;
    let crowd: string | undefined;
    for (const [other, waiting] of perAddress) {
      if (waiting <= most) continue;
      most = waiting;
      crowd = other;
    }
    const isOfCrowd = (one: Waiting): boolean => one.line !== null && one.address === crowd;
    const last = lines.newcomers.findLast(isOfCrowd) ?? lines.marked.findLast(isOfCrowd);
    if (crowd === undefined || !last) return false;
    cutOff(last);
    return true;
  }

  function tick(): void {
    const now = performance.now();
    const elapsedS = (now - tickedMs) / 1000;
    tickedMs = now;
    ticks += 1;
    if (now - lookedMs >= LOOK_MS) {
      const lateMs = (now - lookedMs) / ticks - TICK_MS;
      const busy = Math.max(busyShare(), Math.min(1, lateMs / LATE_MS));
      lookedMs = now;
      ticks = 0;
      perSecond *= busy > limits.busyShare ? Math.max(SLOWER, limits.busyShare / busy) : FASTER;
      perSecond = Math.min(Math.max(perSecond, SLOWEST_PER_SECOND), FASTEST_PER_SECOND);
    }
    // A tick that came late, because the loop was busy, must not make up for it all at once.
    tokens = Math.min(tokens + perSecond * elapsedS, Math.max(1, 2 * perSecond * (TICK_MS / 1000)));
    for (;;) {
      const marked = first(lines.marked, now);
      const newcomer = first(lines.newcomers, now);
      const one = isMarkedNext ? (marked ?? newcomer) : (newcomer ?? marked);
      if (!one || tokens < 1) break;
      isMarkedNext = one !== marked;
      lines[one === marked ? 'marked' : 'newcomers'].shift();
      leave(one);
      tokens -= 1;
      counts.begun += 1;
      one.begin();
    }
    if (count > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function refill(): void {
    if (timer !== undefined) return;
    const now = performance.now();
    tokens = Math.min(BURST, tokens + (perSecond * (now - tickedMs)) / 1000);
    tickedMs = now;
  }

  return {
    counts,
    admit(socket, start) {
      refill();
      if (count === 0 && tokens >= 1) {
        tokens -= 1;
        counts.begun += 1;
        start();
        return;
      }
      if (count >= limits.waiting && !makeRoom(socket.remoteAddress ?? '')) {
        refuse(socket);
        return;
      }
      enter(socket, start);
      if (timer !== undefined) return;
      busyShare();
      lookedMs = performance.now();
      ticks = 0;
      timer = setInterval(tick, TICK_MS);
      timer.unref();
    },
  };
}

function ignore(): void {}

function threadShare(): () => number {
  let last = process.threadCpuUsage();
  let lastMs = performance.now();
  return () => {
    const used = process.threadCpuUsage(last);
    const now = performance.now();
    const share = (used.user + used.system) / 1000 / Math.max(1, now - lastMs);
    last = process.threadCpuUsage();
    lastMs = now;
    return share;
  };
}
