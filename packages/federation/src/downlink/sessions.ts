import { UPLINK_CLOSE, UpMessage } from '@moorline/contracts/federation';
import {
  asMoorlineError,
  type Clock,
  type ConnectorId,
  type Logger,
  type TaskGroup,
} from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../text-safety.ts';
import type { UplinkChannel } from './uplink-channel.ts';

type Hello = Extract<UpMessage, { type: 'hello' }>;
/**
 * Stores what the hello says and answers the cursor held for its epoch.
 * @throws when the certificate that opened the uplink has lost its right to it since
 */
export type TakeHello = (peer: UplinkPeer, hello: Hello) => Promise<{ readonly cursor: string }>;
export type RelayResult = Extract<UpMessage, { type: 'relayResult' }>['result'];

/** Who dialled, and how. */
export interface UplinkPeer {
  readonly connectorId: ConnectorId;
  /** Serial of the certificate that opened it. */
  readonly serial: string;
  /** Address and port. */
  readonly remoteAddress: string;
  readonly transport: 'webSocket' | 'longPolling';
}

/** One open uplink. */
export interface UplinkSession extends UplinkPeer {
  readonly connectedAt: number;
  /** Of its `hello`: which program dialled; null: it did not say. */
  readonly instance: string | null;
  readonly protocol: number;
  /** Aborted when the uplink closes. */
  readonly signal: AbortSignal;
  /** Whether its other end shows a sign of life when asked for one now; waits 5 s at most. */
  isAlive(): Promise<boolean>;
  /** Sends a relay request and resolves with the answer to it; rejects with the signal's reason when aborted. */
  request(id: string, jws: string, signal: AbortSignal): Promise<RelayResult>;
  /** Requests without an answer so far. */
  readonly inFlight: number;
  close(code: number, reason: string): void;
}

/**
 * The open uplinks, one per connector: a newer one of the same server replaces the older. One of another server that
 * shows the same identity is refused for as long as the first lives.
 */
export interface UplinkSessions {
  /** Takes over a channel; the session counts as open once its `hello` was answered. */
  accept(channel: UplinkChannel, peer: UplinkPeer): void;
  get(connectorId: ConnectorId): UplinkSession | undefined;
  /** Ends the uplink of a connector whose right to it, or whose certificate, is not what it was. */
  end(connectorId: ConnectorId, code: number, reason: string): void;
  /** Ends all; answers whose they were. */
  endAll(): readonly ConnectorId[];
}

const HELLO_TIMEOUT_MS = 10_000;
/** How long one that holds the uplink may take to show that it lives, when another server asks for it. */
const LIFE_SIGN_MS = 5_000;
const up = Compile(UpMessage);

export function createUplinkSessions(deps: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tasks: TaskGroup;
  readonly onHello: TakeHello;
  readonly onOpen: (session: UplinkSession) => void;
  /** Another server came with the identity of one that is connected, and was sent away. */
  readonly onClone: (holder: UplinkSession, refused: UplinkPeer) => Promise<void>;
  readonly onClosed: (connectorId: ConnectorId) => void;
}): UplinkSessions {
  const { clock, logger, tasks } = deps;
  const open = new Map<ConnectorId, UplinkSession>();
  const channels = new Set<UplinkChannel>();

  const begin = (
    channel: UplinkChannel,
    peer: UplinkPeer,
    hello: Hello,
    answers: Map<string, (result: RelayResult) => void>,
    signal: AbortSignal,
  ): UplinkSession => {
    return {
      ...peer,
      connectedAt: clock.now(),
      instance: hello.instance ?? null,
      protocol: hello.protocol,
      signal,
      isAlive: () => channel.isAlive(LIFE_SIGN_MS),
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
          channel.send({ type: 'relay', id, jws });
        }
        return promise.finally(() => {
          answers.delete(id);
          giveUp.removeEventListener('abort', onAbort);
        });
      },
      close: (code, reason) => channel.close(code, reason),
    };
  };

  /** The server that holds the uplink, when it is another one than this and lives. */
  const livingOther = async (session: UplinkSession): Promise<UplinkSession | undefined> => {
    const holder = open.get(session.connectorId);
    if (!holder || session.instance === null || holder.instance === session.instance) return;
    return (await holder.isAlive()) && open.get(session.connectorId) === holder
      ? holder
      : undefined;
  };

  const greet = async (
    channel: UplinkChannel,
    hello: Hello,
    session: UplinkSession,
  ): Promise<void> => {
    const { connectorId } = session;
    const holder = await livingOther(session);
    if (holder) {
      channel.close(
        UPLINK_CLOSE.cloned,
        `${holder.remoteAddress} holds this uplink; ${session.remoteAddress} asked for it too.`,
      );
      await deps.onClone(holder, session);
      return;
    }
    let cursor: string;
    try {
      ({ cursor } = await deps.onHello(session, hello));
    } catch (thrown) {
      const isRefused = asMoorlineError(thrown).kind === 'failure';
      logger.warn({ err: thrown, connectorId }, 'an uplink was not greeted');
      if (isRefused) channel.close(UPLINK_CLOSE.revoked, 'The right to this uplink has ended.');
      else channel.close(UPLINK_CLOSE.goingAway, 'The tenant cannot take an uplink now.');
      return;
    }
    if (session.signal.aborted) return;
    const older = open.get(connectorId);
    open.set(connectorId, session);
    older?.close(UPLINK_CLOSE.replaced, 'A newer uplink of this connector took over.');
    channel.send({ type: 'hello', epoch: hello.epoch, cursor });
    deps.onOpen(session);
  };

  const accept: UplinkSessions['accept'] = (channel, peer) => {
    const { connectorId } = peer;
    const ended = new AbortController();
    const answers = new Map<string, (result: RelayResult) => void>();
    let session: UplinkSession | undefined;
    channels.add(channel);
    channel.listen({
      message(given) {
        const message = read(given);
        if (!message || (message.type === 'hello') === (session !== undefined)) {
          channel.close(UPLINK_CLOSE.protocol, 'That is not a message of the protocol.');
        } else if (message.type === 'hello') {
          const begun = begin(channel, peer, message, answers, ended.signal);
          session = begun;
          tasks.run('greet', () => greet(channel, message, begun));
        } else {
          answers.get(message.id)?.(message.result);
        }
      },
      closed(code) {
        channels.delete(channel);
        ended.abort(new DOMException('The uplink was closed.', 'AbortError'));
        logger.info({ connectorId, code }, 'uplink closed');
        if (session && open.get(connectorId) === session) {
          open.delete(connectorId);
          deps.onClosed(connectorId);
        }
      },
    });
    tasks.run('liveness', (signal) => channel.watch(signal));
    tasks.run('await hello', async (signal) => {
      try {
        await clock.sleep(HELLO_TIMEOUT_MS, { signal: AbortSignal.any([signal, ended.signal]) });
      } catch {
        return; // it ended before
      }
      if (!session) channel.close(UPLINK_CLOSE.protocol, 'No hello came.');
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
      for (const channel of channels) channel.close(UPLINK_CLOSE.goingAway, 'The tenant stops.');
      return ended;
    },
  };
}

function read(message: unknown): UpMessage | undefined {
  if (!up.Check(message)) return undefined;
  return message.type !== 'hello' || isStorableText(message) ? message : undefined;
}
