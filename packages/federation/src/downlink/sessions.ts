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
import type { UplinkFacts } from './connector-status.ts';
import type { UplinkChannel } from './uplink-channel.ts';

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
  /** Takes over a channel; the session counts as open once its `hello` was answered. */
  accept(
    channel: UplinkChannel,
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
  const channels = new Set<UplinkChannel>();

  const begin = (
    channel: UplinkChannel,
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

  const greet = async (
    channel: UplinkChannel,
    hello: Hello,
    session: UplinkSession,
  ): Promise<void> => {
    const { connectorId } = session;
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

  const accept: UplinkSessions['accept'] = (channel, { connectorId, serial }) => {
    const ended = new AbortController();
    const answers = new Map<string, (result: RelayResult) => void>();
    const session = begin(channel, connectorId, serial, answers, ended.signal);
    let greeted = false;
    channels.add(channel);
    channel.listen({
      message(given) {
        const message = read(given);
        if (!message || (message.type === 'hello') === greeted) {
          channel.close(UPLINK_CLOSE.protocol, 'That is not a message of the protocol.');
        } else if (message.type === 'hello') {
          greeted = true;
          tasks.run('greet', () => greet(channel, message, session));
        } else {
          answers.get(message.id)?.(message.result);
        }
      },
      closed(code) {
        channels.delete(channel);
        ended.abort(new DOMException('The uplink was closed.', 'AbortError'));
        logger.info({ connectorId, code }, 'uplink closed');
        if (open.get(connectorId) === session) {
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
      if (!greeted) channel.close(UPLINK_CLOSE.protocol, 'No hello came.');
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
