import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AGENT_PATHS,
  CHANNEL_CLOSE,
  DESIRED_CURSOR_HEADER,
  DESIRED_CURSOR_PATTERN,
  type NudgeMessage,
  RECONNECT_SPREAD_HEADER,
} from '@moorline/contracts/agent';
import { httpErrors, type PeerCertificate, type UpgradeRequest } from '@moorline/http';
import {
  asMoorlineError,
  type Clock,
  createTaskGroup,
  type DeviceId,
  type Entropy,
  type Logger,
} from '@moorline/kernel';
import type {
  AuthenticatedDevice,
  DeviceNudge,
  DeviceNudger,
  DevicePort,
} from '@moorline/model/ports';
import { type WebSocket, WebSocketServer } from 'ws';
import { ACTIONS, AgentSocket, DESIRED, NO_CLASSES } from './agent-socket.ts';
import type { DeviceAccess } from './device-access.ts';
import { createPingWheel } from './ping-wheel.ts';
import type { ReconnectSpread } from './reconnect-spread.ts';
import { noteRefusal, type RecordRefusal } from './refused.ts';

/** The open channels of an authority, at most one a device. @spec docs/protocols/agent.md §8 */
export interface Channels {
  readonly nudger: DeviceNudger;
  readonly size: number;
  accept(upgrade: UpgradeRequest): Promise<void>;
  /** Closes all with 1001, spread; cuts off what has not answered after 2 s. Idempotent. */
  close(): Promise<void>;
}

// The agent has nothing to say here: this is room for a close reason and not much more.
const MAX_PAYLOAD_BYTES = 1024;
const MAX_PINGS_PER_VISIT = 32;
const CLOSE_BATCH = 250;
const CLOSE_PAUSE_MS = 20;
const CLOSE_WAIT_MS = 2_000;
const NUDGE_BATCH = 50;
const NUDGE_PAUSE_MS = 100;
/** Channels that are being looked up; more than these are asked to come later. */
const MAX_ARRIVING = 1_000;
const BUSY_RETRY_S = 5;
const BUSY_RETRY_SPREAD_S = 10;
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/** The most that the protocol lets a nudge name. */
const MAX_CLASSES = 64;

function messageOf(bits: number, classes: readonly string[]): string {
  const message: NudgeMessage = {
    type: 'nudge',
    ...((bits & DESIRED) !== 0 && { desired: true }),
    ...((bits & ACTIONS) !== 0 && { actions: true }),
    ...(classes.length > 0 && { inventory: [...classes] }),
  };
  return JSON.stringify(message);
}

const MESSAGES: readonly string[] = [0, DESIRED, ACTIONS, DESIRED | ACTIONS].map((bits) =>
  messageOf(bits, NO_CLASSES),
);

export function createChannels(deps: {
  readonly devicePort: DevicePort;
  readonly access: DeviceAccess;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly refused: RecordRefusal;
  readonly spread: ReconnectSpread;
  /** Default 1,000. */
  readonly maxArriving?: number;
}): Channels {
  const { devicePort, access, clock, entropy, logger, spread } = deps;
  const maxArriving = deps.maxArriving ?? MAX_ARRIVING;
  const byDevice = new Map<DeviceId, AgentSocket>();
  const open = new Set<AgentSocket>();
  const server = new WebSocketServer({
    noServer: true,
    WebSocket: AgentSocket,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  });
  const wheel = createPingWheel<AgentSocket>({ clock, entropy }, visit);
  const tasks = createTaskGroup('agent channels', logger);
  tasks.run('ping', (signal) => wheel.run(signal));
  server.on('headers', (headers) => {
    headers.push(`${RECONNECT_SPREAD_HEADER}: ${spread.seconds()}`);
  });
  let opened = 0;
  let arriving = 0;
  let toRecheck: Arrived[] = [];
  let closing: Promise<void> | undefined;

  // One function each for all sockets, not a closure per connection.
  function onMessage(this: WebSocket): void {
    this.close(UNSUPPORTED_DATA, 'agents send nothing over the channel');
  }
  function onPong(this: WebSocket): void {
    own(this).isAlive = true;
  }
  function onPing(this: WebSocket): void {
    const socket = own(this);
    socket.isAlive = true;
    socket.pings += 1;
    if (socket.pings === MAX_PINGS_PER_VISIT) socket.close(POLICY_VIOLATION, 'too many pings');
  }
  function onClose(this: WebSocket): void {
    const socket = own(this);
    open.delete(socket);
    wheel.remove(socket);
    leave(socket);
  }
  function onError(this: WebSocket, error: Error): void {
    // The close event follows; what a device sends wrong is no event of ours.
    logger.debug({ err: error, deviceId: own(this).device?.deviceId }, 'channel failed');
  }

  function visit(socket: AgentSocket): boolean {
    if (!socket.isAlive) {
      socket.terminate();
      return false;
    }
    if (clock.now() >= socket.expiresAt) {
      // Not `revoked`: the device may hold its next certificate already.
      socket.close(POLICY_VIOLATION, 'the certificate has ended');
    } else if (socket.readyState === AgentSocket.OPEN) {
      socket.ping();
    }
    socket.isAlive = false;
    socket.pings = 0;
    return true;
  }

  function enter(socket: AgentSocket, device: AuthenticatedDevice): void {
    const before = byDevice.get(device.deviceId);
    byDevice.set(device.deviceId, socket);
    devicePort.channelOpened(device, socket.connectionId);
    if (!before) return;
    devicePort.channelClosed(device, before.connectionId);
    before.close(CHANNEL_CLOSE.replaced, 'another channel of this device took over');
  }
  function leave(socket: AgentSocket): void {
    const { device } = socket;
    // A channel that was replaced or cut off has been reported closed already.
    if (!device || byDevice.get(device.deviceId) !== socket) return;
    byDevice.delete(device.deviceId);
    devicePort.channelClosed(device, socket.connectionId);
  }

  function send(socket: AgentSocket, bits: number, classes: readonly string[]): void {
    if (socket.isSending) {
      socket.queued |= bits;
      if (classes.length > 0) {
        const all = new Set([...socket.queuedClasses, ...classes]);
        socket.queuedClasses = [...all].slice(0, MAX_CLASSES);
      }
      return;
    }
    socket.isSending = true;
    const text = classes.length > 0 ? messageOf(bits, classes) : MESSAGES[bits];
    socket.send(text ?? '', (error) => {
      socket.isSending = false;
      const { queued, queuedClasses } = socket;
      socket.queued = 0;
      socket.queuedClasses = NO_CLASSES;
      if (error || socket.readyState !== AgentSocket.OPEN) return;
      if (queued !== 0 || queuedClasses.length > 0) send(socket, queued, queuedClasses);
    });
  }

  // What ended the right to the channel may have happened between the look-up and the registration.
  async function recheck({ socket, peer, cursor }: Arrived): Promise<void> {
    try {
      const device = await devicePort.authenticate(peer);
      if (cursor === undefined) return;
      // Nudges reach it from now on: what this look does not see yet comes as one.
      tell(socket, await devicePort.missed(device, cursor));
    } catch (thrown) {
      const error = asMoorlineError(thrown);
      if (error.kind === 'failure') {
        disconnect(socket, error.code);
        return;
      }
      logger.warn({ err: error.cause ?? error }, 'channel could not be looked up again');
      // Not known, so it has to ask.
      if (cursor !== undefined) tell(socket, { desired: true, actions: true });
    }
  }
  function recheckSoon(arrived: Arrived): void {
    toRecheck.push(arrived);
    if (toRecheck.length > 1) return;
    tasks.run('look up again', async () => {
      await nextTurn();
      const all = toRecheck;
      toRecheck = [];
      await Promise.all(all.map(recheck));
    });
  }
  function disconnect(socket: AgentSocket, reason: string): void {
    leave(socket);
    socket.close(CHANNEL_CLOSE.revoked, closeReason(reason));
  }

  function tell(socket: AgentSocket, { desired, actions, inventory }: DeviceNudge): void {
    const bits = (desired ? DESIRED : 0) | (actions ? ACTIONS : 0);
    const classes = inventory?.slice(0, MAX_CLASSES) ?? NO_CLASSES;
    if (bits === 0 && classes.length === 0) return;
    if (socket.readyState === AgentSocket.OPEN) send(socket, bits, classes);
  }
  function nudge(deviceId: DeviceId, word: DeviceNudge): void {
    const socket = byDevice.get(deviceId);
    if (socket) tell(socket, word);
  }

  async function nudgeAll(word: DeviceNudge, signal: AbortSignal): Promise<void> {
    const devices = [...byDevice.keys()];
    for (let start = 0; start < devices.length; start += NUDGE_BATCH) {
      if (start > 0) await clock.sleep(NUDGE_PAUSE_MS, { signal });
      for (const deviceId of devices.slice(start, start + NUDGE_BATCH)) nudge(deviceId, word);
    }
  }

  async function closeAll(): Promise<void> {
    await tasks.stop();
    const sockets = [...open];
    for (let start = 0; start < sockets.length; start += CLOSE_BATCH) {
      if (start > 0) await clock.sleep(CLOSE_PAUSE_MS);
      for (const socket of sockets.slice(start, start + CLOSE_BATCH)) {
        socket.close(CHANNEL_CLOSE.goingAway, 'the server is going down');
      }
    }
    const waited = new AbortController();
    const gone = Promise.all(sockets.filter((one) => open.has(one)).map(closed));
    await Promise.race([
      gone,
      clock.sleep(CLOSE_WAIT_MS, { signal: waited.signal }).catch(() => {}),
    ]);
    waited.abort();
    for (const socket of open) socket.terminate();
  }

  return {
    get size() {
      return byDevice.size;
    },
    nudger: {
      nudge,
      nudgeAll: (word) => tasks.run('nudge all', (signal) => nudgeAll(word, signal)),
      disconnect(deviceId, reason) {
        const socket = byDevice.get(deviceId);
        if (socket) disconnect(socket, reason);
      },
    },
    async accept({ request, socket: raw, head, peer, remoteAddress }) {
      if (arriving >= maxArriving) {
        const spreadS = Math.floor(BUSY_RETRY_SPREAD_S * entropy.fraction());
        throw httpErrors.busy({ retryAfterSeconds: BUSY_RETRY_S + spreadS });
      }
      let device: AuthenticatedDevice;
      arriving += 1;
      try {
        device = await access.authenticate(peer);
      } catch (thrown) {
        const from = { actor: peer.uri.slice(0, 128), target: `GET ${AGENT_PATHS.channel}` };
        noteRefusal(deps.refused, asMoorlineError(thrown), { ...from, remoteAddress });
        throw thrown;
      } finally {
        arriving -= 1;
      }
      if (closing) throw httpErrors.stopping();
      if (raw.destroyed) return;
      server.handleUpgrade(request, raw, head, (socket) => {
        socket.device = device;
        opened += 1;
        socket.connectionId = String(opened);
        socket.expiresAt = peer.notAfter;
        socket.on('message', onMessage);
        socket.on('pong', onPong);
        socket.on('ping', onPing);
        socket.on('close', onClose);
        socket.on('error', onError);
        open.add(socket);
        wheel.add(socket);
        enter(socket, device);
        spread.connected(open.size);
        recheckSoon({ socket, peer, cursor: cursorOf(request) });
      });
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** A channel that has just opened. */
interface Arrived {
  readonly socket: AgentSocket;
  readonly peer: PeerCertificate;
  /** Of the desired state that the device has; undefined: it asks by itself. */
  readonly cursor: string | undefined;
}

function cursorOf({ headers }: UpgradeRequest['request']): string | undefined {
  const cursor = headers[DESIRED_CURSOR_HEADER];
  return typeof cursor === 'string' && DESIRED_CURSOR_PATTERN.test(cursor) ? cursor : undefined;
}

// The server makes every socket as an AgentSocket; only the types of its events do not say so.
function own(socket: WebSocket): AgentSocket {
  return socket as AgentSocket;
}

function closed(socket: AgentSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

// A close frame holds at most 123 bytes of reason. @spec RFC 6455 §5.5.1
function closeReason(text: string): string {
  let reason = text.toWellFormed().slice(0, 123);
  while (Buffer.byteLength(reason) > 123) reason = reason.slice(0, -1).toWellFormed();
  return reason;
}
