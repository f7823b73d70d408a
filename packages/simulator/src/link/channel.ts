import { createHash, randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import {
  AGENT_PATHS,
  CHANNEL_CLOSE,
  CLIENT_VERSION_HEADER,
  DESIRED_CURSOR_HEADER,
  RECONNECT_SPREAD_HEADER,
} from '@moorline/contracts/agent';
import { type AnswerParser, createAnswerParser, type RawAnswer } from './answer-parser.ts';
import { clientFrame, closePayload, OPCODE, readClose, readFrames } from './frames.ts';
import { SIMULATOR_VERSION } from './http-connection.ts';

/** Why a channel ended. */
export type ChannelEnd =
  | { readonly kind: 'lost'; readonly reason: string }
  /** The upgrade was answered with something else. */
  | { readonly kind: 'refused'; readonly answer: RawAnswer }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** What is told of a channel: one object for all of a fleet, so that a channel itself stays small. */
export interface ChannelHandlers<Owner> {
  /** @param spread what the answer says of RECONNECT_SPREAD_HEADER */
  opened(owner: Owner, spread: string | undefined, isResumed: boolean): void;
  /** The payload of a text message. */
  message(owner: Owner, text: string): void;
  pinged(owner: Owner): void;
  /** Once, and the last. */
  ended(owner: Owner, end: ChannelEnd): void;
  session(owner: Owner, session: Buffer): void;
}

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const UNSUPPORTED = 1003;
const LEAVE_MS = 1_000;

/**
 * The WebSocket of one device: as little as RFC 6455 lets a client be that never speaks first. Its socket's
 * listeners are methods of this one object.
 */
export class Channel<Owner> {
  readonly #owner: Owner;
  readonly #handlers: ChannelHandlers<Owner>;
  readonly #socket: TLSSocket;
  /** Until the upgrade is answered. */
  #upgrade: { readonly parser: AnswerParser; readonly key: string } | null;
  #rest: Buffer | null = null;
  #hasEnded = false;
  #isDeaf = false;

  constructor(
    owner: Owner,
    handlers: ChannelHandlers<Owner>,
    socket: TLSSocket,
    /** `cursor`: of the desired state that the device has; null: none. */
    options: {
      readonly host: string;
      readonly handshakeMs: number;
      readonly cursor: string | null;
    },
  ) {
    this.#owner = owner;
    this.#handlers = handlers;
    this.#socket = socket;
    const key = randomBytes(16).toString('base64');
    this.#upgrade = { parser: createAnswerParser({ headOnly: true }), key };
    socket.setNoDelay(true);
    socket.setTimeout(options.handshakeMs);
    socket.on('session', (session: Buffer) => handlers.session(owner, session));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('timeout', () => this.#lost('no answer in time'));
    socket.on('error', (error) => this.#lost(error.message));
    socket.on('close', () => this.#lost('the connection was closed'));
    socket.write(
      `GET ${AGENT_PATHS.channel} HTTP/1.1\r\nhost: ${options.host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n${CLIENT_VERSION_HEADER}: ${SIMULATOR_VERSION}\r\n${options.cursor === null ? '' : `${DESIRED_CURSOR_HEADER}: ${options.cursor}\r\n`}\r\n`,
    );
  }

  get isOpen(): boolean {
    return this.#upgrade === null && !this.#hasEnded;
  }

  /** In order: the server is told, and may answer. `ended` does not follow. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#upgrade) {
      this.#socket.destroy();
      return;
    }
    this.#leave(closePayload(CHANNEL_CLOSE.goingAway));
  }

  /** As a cut cable: the connection is gone without a word. `ended` follows. */
  cut(reason: string): void {
    this.#lost(reason);
  }

  /** From now on nothing is heard or answered, and the connection stays: a half-open link. */
  goDeaf(): void {
    this.#isDeaf = true;
    this.#socket.pause();
  }

  get isDeaf(): boolean {
    return this.#isDeaf;
  }

  /** Says goodbye and waits a moment for the other end. */
  #leave(payload: Buffer): void {
    this.#socket.end(clientFrame(OPCODE.close, payload));
    // What the server still says is of no use, but has to be read for its end to be seen.
    this.#socket.resume();
    this.#socket.setTimeout(LEAVE_MS);
  }

  #lost(reason: string): void {
    this.#end({ kind: 'lost', reason });
  }

  #end(end: ChannelEnd): void {
    if (this.#hasEnded) {
      this.#socket.destroy();
      return;
    }
    this.#hasEnded = true;
    this.#socket.destroy();
    this.#handlers.ended(this.#owner, end);
  }

  #read(chunk: Buffer): void {
    if (this.#hasEnded || this.#isDeaf) return;
    try {
      const bytes = this.#upgrade ? this.#answered(chunk) : chunk;
      if (bytes) this.#frames(bytes);
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  /** What follows the upgrade, once it is done. */
  #answered(chunk: Buffer): Buffer | undefined {
    const answer = this.#upgrade?.parser.push(chunk);
    if (!answer) return undefined;
    if (answer.status !== 101) {
      this.#end({ kind: 'refused', answer });
      return undefined;
    }
    const expected = createHash('sha1')
      .update(`${this.#upgrade?.key}${ACCEPT_GUID}`)
      .digest('base64');
    if (answer.headers.get('sec-websocket-accept') !== expected) {
      throw new Error('the upgrade was answered by something that is no WebSocket server');
    }
    this.#upgrade = null;
    this.#socket.setTimeout(0);
    const spread = answer.headers.get(RECONNECT_SPREAD_HEADER);
    this.#handlers.opened(this.#owner, spread, this.#socket.isSessionReused());
    return answer.body.length > 0 ? answer.body : undefined;
  }

  #frames(chunk: Buffer): void {
    const { frames, rest } = readFrames(this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk);
    this.#rest = rest;
    for (const { opcode, isFinal, payload } of frames) {
      if (this.#hasEnded) return;
      if (opcode === OPCODE.ping) {
        this.#socket.write(clientFrame(OPCODE.pong, payload));
        this.#handlers.pinged(this.#owner);
      } else if (opcode === OPCODE.text && isFinal) {
        this.#handlers.message(this.#owner, payload.toString('utf8'));
      } else if (opcode === OPCODE.close) {
        this.#hasEnded = true;
        this.#leave(payload.subarray(0, 2));
        this.#handlers.ended(this.#owner, { kind: 'closed', ...readClose(payload) });
      } else if (opcode !== OPCODE.pong) {
        this.#socket.write(clientFrame(OPCODE.close, closePayload(UNSUPPORTED)));
        throw new Error('the server sent a message that is no nudge');
      }
    }
  }
}
