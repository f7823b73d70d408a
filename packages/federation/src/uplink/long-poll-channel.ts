import {
  ChannelPollAnswer,
  ChannelSendAnswer,
  DownMessage,
  FEDERATION_LIMITS,
  FEDERATION_PATHS,
  OpenChannelAnswer,
  UPLINK_CLOSE,
  type UpMessage,
} from '@moorline/contracts/federation';
import {
  type BackoffPolicy,
  backoffMs,
  type Clock,
  createTaskGroup,
  type Entropy,
  type Logger,
  MoorlineError,
} from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import { closeReason } from './close-reason.ts';
import { problemOf } from './problem.ts';
import type { IdleLimit } from './proxy/idle-limit.ts';
import type { TenantClient } from './tenant-client.ts';
import type { ChannelEvents, UplinkChannel } from './uplink-channel.ts';
import { createWakeup } from './wakeup.ts';

const RETRY: BackoffPolicy = { firstMs: 250, maxMs: 5000 };
/** Requests in a row that fail before the channel counts as broken. */
const MOST_FAILURES = 6;
const MOST_MESSAGES = 64;
/** Of one request: what does not fit with others goes alone. */
const MOST_BYTES = FEDERATION_LIMITS.relayMessageBytes;
const ANSWER_MS = 15_000;
const ANSWER_BYTES = 2 * FEDERATION_LIMITS.pollBytes;

const openAnswer = Compile(OpenChannelAnswer);
const pollAnswer = Compile(ChannelPollAnswer);
const sendAnswer = Compile(ChannelSendAnswer);
const down = Compile(DownMessage);

interface Numbered {
  readonly seq: number;
  readonly message: UpMessage;
  readonly bytes: number;
}

/**
 * The uplink by requests: one that the tenant holds until it has something to say, and one at a time with what is to
 * be said. Messages are numbered both ways: given again until they are acknowledged, and taken once.
 * @spec docs/protocols/federation.md §9
 */
export function openLongPoll(
  options: {
    readonly client: TenantClient;
    readonly idleLimit: IdleLimit;
    readonly clock: Clock;
    readonly entropy: Entropy;
    readonly logger: Logger;
  },
  events: ChannelEvents,
): UplinkChannel {
  const { client, idleLimit, clock, entropy } = options;
  const tasks = createTaskGroup('long polling', options.logger);
  const words = createWakeup(clock);
  const ended = new AbortController();
  let queue: readonly Numbered[] = [];
  let nextSeq = 1;
  let isLeaving = false;

  const close = (why: string, failure?: Error): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    events.closed(why, failure);
    void tasks.stop(); // what is left ends by the signal; nothing waits for it
  };

  const ask = async <T>(
    path: string,
    body: unknown,
    answer: { Check(value: unknown): value is T },
    timeoutMs: number,
  ): Promise<T> => {
    const { status, body: value } = await client.post(path, JSON.stringify(body), {
      signal: ended.signal,
      timeoutMs,
      answerBytes: ANSWER_BYTES,
    });
    if (status !== 200) throw problemOf({ status, body: value });
    if (!answer.Check(value)) throw new Error('the answer is none of the protocol');
    return value;
  };

  /** Runs `work` until it succeeds; what the tenant refuses, and too many failures, end the channel. */
  const insist = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    for (let failures = 0; !ended.signal.aborted; ) {
      try {
        return await work();
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const isRefused = error instanceof MoorlineError && error.kind === 'failure';
        failures += 1;
        if (isRefused || failures >= MOST_FAILURES) {
          close(isRefused ? error.message : 'the connection broke', error);
          return undefined;
        }
        const pauseMs = backoffMs(RETRY, failures - 1, entropy);
        await clock.sleep(pauseMs, { signal: ended.signal }).catch(() => {}); // it has ended
      }
    }
    return undefined;
  };

  const listen = async (channel: string): Promise<void> => {
    let ack = 0;
    while (!ended.signal.aborted) {
      const answer = await insist(async () => {
        const holdMs = Math.min(FEDERATION_LIMITS.pollHoldMs, holdOf(idleLimit));
        const askedAt = clock.now();
        try {
          const body = { channel, ack, holdMs };
          return await ask(FEDERATION_PATHS.channelPoll, body, pollAnswer, holdMs + ANSWER_MS);
        } catch (error) {
          if (!(error instanceof MoorlineError)) idleLimit.observed(clock.now() - askedAt);
          throw error;
        }
      });
      if (!answer) return;
      for (const { seq, message } of answer.messages) {
        if (seq <= ack) continue; // given again
        if (!down.Check(message)) {
          close(closeReason(UPLINK_CLOSE.protocol, 'a message that is not of the protocol came'));
          return;
        }
        ack = seq;
        events.message(message);
      }
      if (answer.closed) close(closeReason(answer.closed.code, answer.closed.reason));
    }
  };

  const speak = async (channel: string): Promise<void> => {
    while (!ended.signal.aborted) {
      if (queue.length === 0 && !isLeaving) {
        await words.waitUntil(ended.signal);
        continue;
      }
      const messages = front(queue);
      const isLast = isLeaving && messages.length === queue.length;
      const body = {
        channel,
        messages: messages.map(({ seq, message }) => ({ seq, message })),
        ...(isLast && { isLast }),
      };
      const answer = await insist(() =>
        ask(FEDERATION_PATHS.channelSend, body, sendAnswer, 4 * ANSWER_MS),
      );
      if (!answer) return;
      queue = queue.filter(({ seq }) => seq > answer.ack);
      if (isLast) close('this site closed it');
    }
  };

  tasks.run('channel', async () => {
    let channel: string;
    try {
      ({ channel } = await ask(FEDERATION_PATHS.channel, {}, openAnswer, ANSWER_MS));
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      close('it did not open', error);
      return;
    }
    events.opened();
    await Promise.all([listen(channel), speak(channel)]);
  });

  return {
    send(message) {
      if (ended.signal.aborted) return;
      const bytes = Buffer.byteLength(JSON.stringify(message));
      queue = [...queue, { seq: nextSeq++, message, bytes }];
      words.wake();
    },
    hangUp() {
      isLeaving = true;
      words.wake();
    },
    cut: () => close('this site cut it'),
    // Each poll is a sign of life, and one that fails too often ends the channel.
    watch: async () => {},
  };
}

/** Where silent connections are cut, a poll is answered before it is one. */
function holdOf(idleLimit: IdleLimit): number {
  return idleLimit.shortestMs === null ? FEDERATION_LIMITS.pollHoldMs : idleLimit.signOfLifeMs;
}

function front(queue: readonly Numbered[]): readonly Numbered[] {
  let bytes = 0;
  const taken: Numbered[] = [];
  for (const one of queue.slice(0, MOST_MESSAGES)) {
    bytes += one.bytes;
    if (taken.length > 0 && bytes > MOST_BYTES) break;
    taken.push(one);
  }
  return taken;
}
