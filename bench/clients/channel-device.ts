import { connect, type TLSSocket } from 'node:tls';
import {
  type ActionsAnswer,
  AGENT_PATHS,
  CONNECTED_ALPN,
  DESIRED_CURSOR_HEADER,
  type DesiredAnswer,
  type NudgeMessage,
  RECONNECT_SPREAD_HEADER,
} from '@moorline/contracts/agent';
import { type BackoffPolicy, backoffMs, systemEntropy } from '@moorline/kernel';
import { clientFrame, OPCODE, readFrame } from './frames.ts';
import {
  type DialOptions,
  jsonRequest,
  loopbackAddress,
  type RawConnection,
  rawOver,
  readAnswer,
} from './raw-connection.ts';

/** What all devices of a process share. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly key: string;
  /** Counted over all devices. */
  readonly counts: Counts;
  /** Connections for requests that are kept after their last answer, the oldest first: they are open files too. */
  readonly resting: Set<RawConnection>;
  /** Whether it connects again when the channel is lost, as the agent does. */
  reconnects: boolean;
  /** Whether it asks for its desired state after its first connection, as the agent does. */
  polls: boolean;
}

export interface Counts {
  connected: number;
  /** Channels that ended without being asked to. */
  lost: number;
  /** Attempts to connect that failed or were refused. */
  refused: number;
  requests: number;
  requestsFailed: number;
  actionsDone: number;
  resumed: number;
}

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 5 * 60_000 };
const ATTEMPTS_AFTER_OPENING = 3;
const IDLE_MS = 15_000;
/** In one process, beside up to 19,000 channels and what is under way. */
const MOST_RESTING = 256;
const HANDSHAKE_MS = 20_000;
const SPREAD = new RegExp(`\\r\\n${RECONNECT_SPREAD_HEADER}: *(\\d+)`, 'i');

/** One enrolled device, with the little that it takes: a channel, its last TLS session, and its answers. */
export class ChannelDevice {
  readonly #place: Place;
  readonly #index: number;
  readonly #certificate: string;
  #socket: TLSSocket | null = null;
  #session: Buffer | undefined;
  #requests: RawConnection | null = null;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #attempt = 0;
  #cursor: string | null = null;
  #spreadS = 0;
  #isClosing = false;
  isOpen = false;

  constructor(place: Place, index: number, certificate: string) {
    this.#place = place;
    this.#index = index;
    this.#certificate = certificate;
  }

  /** Resolves when the channel is open; rejects when it is refused. Full: without the session from before. */
  async open(handshake: 'full' | 'resumed'): Promise<void> {
    this.#isClosing = false;
    const socket = await this.#dial(handshake);
    const opened = Promise.withResolvers<void>();
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      if (!this.isOpen) {
        const answer = readAnswer(received);
        if (!answer) return;
        this.#spreadS = Number(SPREAD.exec(received.toString('latin1'))?.[1] ?? this.#spreadS);
        received = received.subarray(answer.sizeBytes);
        if (answer.status !== 101) {
          opened.reject(new Refusal(answer.status, answer.retryAfterSeconds));
          socket.destroy();
          return;
        }
        this.#opened(socket);
        opened.resolve();
      }
      for (let frame = readFrame(received); frame; frame = readFrame(received)) {
        received = received.subarray(frame.sizeBytes);
        this.#take(socket, frame.opcode, frame.payload);
      }
      // What is left of a large read would keep all of it.
      if (received.length === 0) received = EMPTY;
    });
    socket.on('close', () => {
      opened.reject(new Error('the connection was closed'));
      this.#closed(socket);
    });
    socket.write(upgrade(this.#cursor));
    await opened.promise;
  }

  /** Ends the channel, for good. */
  close(): void {
    this.#isClosing = true;
    this.#socket?.destroy();
    this.#requests?.close();
  }

  /** Opens the channel, and again when it fails, with the agent's pauses. */
  async keepOpen(): Promise<void> {
    while (!this.#isClosing && !this.isOpen) {
      try {
        await this.open('resumed');
        this.#attempt = Math.min(this.#attempt, ATTEMPTS_AFTER_OPENING);
      } catch (error) {
        this.#place.counts.refused += 1;
        const askedMs = error instanceof Refusal ? error.retryAfterSeconds * 1000 : 0;
        await pause(
          askedMs > 0
            ? askedMs * (1 + 0.2 * Math.random())
            : backoffMs(BACKOFF, this.#attempt++, systemEntropy),
        );
      }
    }
  }

  #dial(handshake: 'full' | 'resumed'): Promise<TLSSocket> {
    const { host, port, ca, key, counts } = this.#place;
    const session = handshake === 'resumed' ? this.#session : undefined;
    return new Promise((resolve, reject) => {
      const options: DialOptions = {
        ...{ host, port, ca, key, cert: this.#certificate, servername: 'localhost' },
        localAddress: loopbackAddress(this.#index),
        minVersion: 'TLSv1.3',
        ALPNProtocols: this.isOpen ? ['http/1.1', CONNECTED_ALPN] : ['http/1.1'],
        ...(session && { session }),
      };
      const socket = connect(options);
      socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('no handshake in time')));
      socket.on('session', (fresh: Buffer) => {
        this.#session = fresh;
      });
      // Without a listener an error would end the process; `close` follows it.
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
      socket.once('secureConnect', () => {
        socket.setTimeout(0);
        socket.setNoDelay(true);
        if (socket.isSessionReused()) counts.resumed += 1;
        resolve(socket);
      });
    });
  }

  #opened(socket: TLSSocket): void {
    this.#socket = socket;
    this.isOpen = true;
    this.#place.counts.connected += 1;
    // One that has asked before is nudged for what it missed.
    if (this.#place.polls && this.#cursor === null) this.#ask(() => this.#poll());
  }

  #closed(socket: TLSSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#requests?.close();
    this.#requests = null;
    this.isOpen = false;
    this.#place.counts.connected -= 1;
    if (this.#isClosing) return;
    this.#place.counts.lost += 1;
    if (!this.#place.reconnects) return;
    const first = backoffMs(BACKOFF, this.#attempt++, systemEntropy);
    void pause(Math.max(first, this.#spreadS * 1000 * Math.random())).then(() => this.keepOpen());
  }

  #take(socket: TLSSocket, opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) socket.write(clientFrame(OPCODE.pong, payload));
    else if (opcode === OPCODE.close) socket.end(clientFrame(OPCODE.close, payload));
    else if (opcode === OPCODE.text) {
      // The server checks what it sends against the contract.
      const nudge = JSON.parse(payload.toString()) as NudgeMessage;
      if (nudge.actions) this.#ask(() => this.#runActions());
      if (nudge.desired) this.#ask(() => this.#poll());
    }
  }

  async #poll(): Promise<void> {
    const query = this.#cursor === null ? '' : `?cursor=${encodeURIComponent(this.#cursor)}`;
    const body = await this.#request('GET', AGENT_PATHS.desired + query);
    const { cursor }: DesiredAnswer = JSON.parse(body.toString());
    this.#cursor = cursor;
  }

  /** One after the other; what fails is tried again after a pause, as the agent does. */
  #ask(work: () => Promise<unknown>): void {
    this.#turn = this.#turn.then(() => this.#insist(work));
  }

  async #insist(work: () => Promise<unknown>): Promise<void> {
    for (let failures = 0; this.isOpen; failures++) {
      try {
        await work();
        return;
      } catch (error) {
        this.#place.counts.requestsFailed += 1;
        this.#requests?.close();
        this.#requests = null;
        const askedMs = error instanceof Refusal ? error.retryAfterSeconds * 1000 : 0;
        await pause(Math.max(askedMs, backoffMs(BACKOFF, failures, systemEntropy)));
      }
    }
  }

  /** What the agent asks for and says around *Sync machine policy*. */
  async #runActions(): Promise<void> {
    const body = await this.#request('GET', AGENT_PATHS.actions);
    const { actions }: ActionsAnswer = JSON.parse(body.toString());
    for (const { id } of actions) {
      await this.#report(id, 'running');
      await this.#poll();
      await this.#report(id, 'succeeded');
      this.#place.counts.actionsDone += 1;
    }
  }

  #report(id: string, state: 'running' | 'succeeded'): Promise<Buffer> {
    const done = { errorCode: 0, message: 'Done.', details: {} };
    const result = state === 'succeeded' ? done : null;
    const report = { id, state, at: new Date().toISOString(), result };
    return this.#request('POST', AGENT_PATHS.reports, JSON.stringify({ reports: [report] }));
  }

  async #request(method: string, path: string, body?: string): Promise<Buffer> {
    const known = this.#requests?.socket.destroyed === false ? this.#requests : null;
    const connection = known ?? rawOver(await this.#dial('resumed'));
    this.#requests = connection;
    clearTimeout(this.#idle);
    const { resting } = this.#place;
    resting.delete(connection);
    this.#place.counts.requests += 1;
    const answer = await connection.send(jsonRequest(method, 'localhost', path, body));
    resting.add(connection);
    const [oldest] = resting.size > MOST_RESTING ? resting : [];
    if (oldest) {
      resting.delete(oldest);
      oldest.close();
    }
    this.#idle = setTimeout(() => {
      resting.delete(connection);
      connection.close();
      if (this.#requests === connection) this.#requests = null;
    }, IDLE_MS).unref();
    if (answer.status >= 300) throw new Refusal(answer.status, answer.retryAfterSeconds);
    return answer.body;
  }
}

class Refusal extends Error {
  readonly retryAfterSeconds: number;
  constructor(status: number, retryAfterSeconds: number) {
    super(`answered ${status}`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function upgrade(cursor: string | null): Buffer {
  return Buffer.from(
    [
      `GET ${AGENT_PATHS.channel} HTTP/1.1`,
      'host: localhost',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      'moorline-client-version: 0.1.0',
      ...(cursor === null ? [] : [`${DESIRED_CURSOR_HEADER}: ${cursor}`]),
      '\r\n',
    ].join('\r\n'),
  );
}
