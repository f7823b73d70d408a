import {
  type DownMessage,
  FEDERATION_LIMITS,
  UPLINK_CLOSE,
  UpMessage,
} from '@moorline/contracts/federation';
import {
  asMoorlineError,
  type Clock,
  type ConnectorId,
  type Logger,
  type TaskGroup,
} from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import type WebSocket from 'ws';
import { watchLiveness } from '../liveness.ts';
import { isStorableText } from '../text-safety.ts';
import type { UplinkFacts } from './connector-status.ts';

type Hello = Extract<UpMessage, { type: 'hello' }>;
export type RelayResult = Extract<UpMessage, { type: 'relayResult' }>['result'];

/** One open uplink. */
export interface UplinkSession {
  readonly connectorId: ConnectorId;
  /** Serial of the certificate that opened it. */
  readonly serial: string;
  /** Aborted when the uplink closes. */
  readonly signal: AbortSignal;
  readonly facts: UplinkFacts;
  setFacts(change: Partial<Pick<UplinkFacts, 'isBehind' | 'refusal'>>): void;
  /** Sends a relay request and resolves with the answer to it; rejects with the signal's reason when aborted. */
  request(id: string, jws: string, signal: AbortSignal): Promise<RelayResult>;
  /** Requests without an answer so far. */
  readonly inFlight: number;
  close(code: number, reason: string): void;
}

/** The open uplinks, one per connector: a newer one replaces the older. */
export interface UplinkSessions {
  /** Takes over an upgraded socket; the session counts as open once its `hello` was answered. */
  accept(
    socket: WebSocket,
    peer: { readonly connectorId: ConnectorId; readonly serial: string },
  ): void;
  get(connectorId: ConnectorId): UplinkSession | undefined;
  /** Ends the uplink of a connector whose right to it, or whose certificate, is not what it was. */
  end(connectorId: ConnectorId, code: number, reason: string): void;
  /** Ends all; answers whose they were. */
  endAll(): readonly ConnectorId[];
}

const HELLO_TIMEOUT_MS = 10_000;
const up = Compile(UpMessage);

export function createUplinkSessions(deps: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tasks: TaskGroup;
  /**
   * Stores what the hello says and answers the cursor held for its epoch.
   * @throws when the certificate that opened the uplink has lost its right to it since
   */
  readonly onHello: (
    peer: { readonly connectorId: ConnectorId; readonly serial: string },
    hello: Hello,
  ) => Promise<{ cursor: string }>;
  readonly onOpen: (session: UplinkSession) => void;
  readonly onClosed: (connectorId: ConnectorId) => void;
}): UplinkSessions {
  const { clock, logger, tasks } = deps;
  const open = new Map<ConnectorId, UplinkSession>();
  const sockets = new Set<WebSocket>();

  const begin = (
    socket: WebSocket,
    connectorId: ConnectorId,
    serial: string,
    answers: Map<string, (result: RelayResult) => void>,
    signal: AbortSignal,
  ): UplinkSession => {
    let facts: UplinkFacts = { connectedAt: clock.now(), isBehind: false, refusal: null };
    return {
      connectorId,
      serial,
      signal,
      get facts() {
        return facts;
      },
      setFacts(change) {
        facts = { ...facts, ...change };
      },
      get inFlight() {
        return answers.size;
      },
      request(id, jws, aborted) {
        const { promise, resolve, reject } = Promise.withResolvers<RelayResult>();
        const giveUp = AbortSignal.any([aborted, signal]);
        const onAbort = (): void => reject(giveUp.reason);
        answers.set(id, resolve);
        if (giveUp.aborted) onAbort();
        else {
          giveUp.addEventListener('abort', onAbort, { once: true });
          send(socket, { type: 'relay', id, jws });
        }
        return promise.finally(() => {
          answers.delete(id);
          giveUp.removeEventListener('abort', onAbort);
        });
      },
      close: (code, reason) => socket.close(code, reason),
    };
  };

  const greet = async (socket: WebSocket, hello: Hello, session: UplinkSession): Promise<void> => {
    const { connectorId } = session;
    let cursor: string;
    try {
      ({ cursor } = await deps.onHello(session, hello));
    } catch (thrown) {
      const isRefused = asMoorlineError(thrown).kind === 'failure';
      logger.warn({ err: thrown, connectorId }, 'an uplink was not greeted');
      if (isRefused) socket.close(UPLINK_CLOSE.revoked, 'The right to this uplink has ended.');
      else socket.close(UPLINK_CLOSE.goingAway, 'The tenant cannot take an uplink now.');
      return;
    }
    if (session.signal.aborted) return;
    const older = open.get(connectorId);
    open.set(connectorId, session);
    older?.close(UPLINK_CLOSE.replaced, 'A newer uplink of this connector took over.');
    send(socket, { type: 'hello', epoch: hello.epoch, cursor });
    deps.onOpen(session);
  };

  const accept: UplinkSessions['accept'] = (socket, { connectorId, serial }) => {
    const ended = new AbortController();
    const answers = new Map<string, (result: RelayResult) => void>();
    const session = begin(socket, connectorId, serial, answers, ended.signal);
    let greeted = false;
    sockets.add(socket);
    socket.on('error', (error) => logger.debug({ err: error, connectorId }, 'uplink error'));
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? undefined : parse(String(data));
      if (!message || (message.type === 'hello') === greeted) {
        socket.close(UPLINK_CLOSE.protocol, 'That is not a message of the protocol.');
      } else if (message.type === 'hello') {
        greeted = true;
        tasks.run('greet', () => greet(socket, message, session));
      } else {
        answers.get(message.id)?.(message.result);
      }
    });
    socket.once('close', (code) => {
      sockets.delete(socket);
      ended.abort(new DOMException('The uplink was closed.', 'AbortError'));
      logger.info({ connectorId, code }, 'uplink closed');
      if (open.get(connectorId) === session) {
        open.delete(connectorId);
        deps.onClosed(connectorId);
      }
    });
    tasks.run('liveness', (signal) =>
      watchLiveness(socket, { clock, intervalMs: FEDERATION_LIMITS.livenessMs, signal }),
    );
    tasks.run('await hello', async (signal) => {
      try {
        await clock.sleep(HELLO_TIMEOUT_MS, { signal: AbortSignal.any([signal, ended.signal]) });
      } catch {
        return; // it ended before
      }
      if (!greeted) socket.close(UPLINK_CLOSE.protocol, 'No hello came.');
    });
  };

  return {
    accept,
    get: (connectorId) => open.get(connectorId),
    end(connectorId, code, reason) {
      const session = open.get(connectorId);
      if (!session) return;
      // At once: a peer that does not answer the close keeps nothing by it.
      open.delete(connectorId);
      session.close(code, reason);
      deps.onClosed(connectorId);
    },
    endAll() {
      const ended = [...open.keys()];
      open.clear();
      for (const socket of sockets) socket.close(UPLINK_CLOSE.goingAway, 'The tenant stops.');
      return ended;
    },
  };
}

function parse(text: string): UpMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!up.Check(message)) return undefined;
  return message.type !== 'hello' || isStorableText(message) ? message : undefined;
}

function send(socket: WebSocket, message: DownMessage): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}
