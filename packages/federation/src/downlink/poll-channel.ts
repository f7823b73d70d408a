import {
  type ChannelPollAnswer,
  type ChannelSendBody,
  type DownMessage,
  FEDERATION_LIMITS,
  UPLINK_CLOSE,
} from '@moorline/contracts/federation';
import type { Clock } from '@moorline/kernel';
import type { ChannelEvents, UplinkChannel } from './uplink-channel.ts';

/** A channel that is carried by the site's own requests. */
export interface PollChannel extends UplinkChannel {
  /** Takes what is new of these; answers the number up to which all was taken. */
  take(messages: ChannelSendBody['messages'], isLast: boolean): number;
  /** What comes after `ack`, as soon as there is something; a later poll ends the wait of an earlier one. */
  poll(ack: number, holdMs: number, signal: AbortSignal): Promise<ChannelPollAnswer>;
  readonly isClosed: boolean;
}

interface Waiting {
  readonly seq: number;
  readonly message: DownMessage;
  readonly bytes: number;
}

export function createPollChannel(clock: Clock): PollChannel {
  let events: ChannelEvents | undefined;
  let queue: Waiting[] = [];
  let nextSeq = 1;
  let taken = 0;
  let closed: ChannelPollAnswer['closed'] = null;
  let heardAt = clock.now();
  /** Ends the wait of the poll that is held. */
  let wake: (() => void) | undefined;
  /** Told of the next request of the site. */
  let heard = (): void => {};
  const ended = new AbortController();

  const close = (code: number, reason: string): void => {
    if (closed) return;
    closed = { code, reason };
    wake?.();
    ended.abort();
    events?.closed(code);
  };

  const answer = (): ChannelPollAnswer => {
    const messages: ChannelPollAnswer['messages'] = [];
    let bytes = 0;
    for (const one of queue) {
      bytes += one.bytes;
      if (messages.length > 0 && bytes > FEDERATION_LIMITS.pollBytes) break;
      messages.push({ seq: one.seq, message: one.message });
    }
    return { messages, closed: messages.length < queue.length ? null : closed };
  };

  return {
    listen(given) {
      events = given;
    },
    send(message) {
      if (closed) return;
      const bytes = Buffer.byteLength(JSON.stringify(message));
      queue.push({ seq: nextSeq++, message, bytes });
      wake?.();
    },
    close,
    get isClosed() {
      return closed !== null;
    },
    async isAlive(withinMs) {
      if (closed) return false;
      const asked = new AbortController();
      heard = () => asked.abort();
      wake?.(); // it is answered with nothing; who lives polls again
      const until = AbortSignal.any([asked.signal, ended.signal]);
      await clock.sleep(withinMs, { signal: until }).catch(() => {}); // heard, or ended
      return asked.signal.aborted;
    },
    async watch(signal) {
      const until = AbortSignal.any([signal, ended.signal]);
      while (!until.aborted) {
        const silentMs = wake ? 0 : clock.now() - heardAt;
        if (silentMs > 2 * FEDERATION_LIMITS.livenessMs) {
          close(UPLINK_CLOSE.silent, 'No sign of life.');
          return;
        }
        await clock.sleep(FEDERATION_LIMITS.livenessMs, { signal: until }).catch(() => {});
      }
    },
    take(messages, isLast) {
      heardAt = clock.now();
      heard();
      for (const { seq, message } of messages) {
        if (seq !== taken + 1) continue; // seen already, or after a gap that is sent again first
        if (closed) break;
        taken = seq;
        events?.message(message);
      }
      if (isLast) close(UPLINK_CLOSE.goingAway, 'The site goes.');
      return taken;
    },
    async poll(ack, holdMs, signal) {
      heardAt = clock.now();
      heard();
      queue = queue.filter(({ seq }) => seq > ack);
      wake?.();
      if (queue.length === 0 && !closed && holdMs > 0) {
        const woken = new AbortController();
        const mine = (): void => woken.abort();
        wake = mine;
        const until = AbortSignal.any([signal, woken.signal]);
        await clock.sleep(holdMs, { signal: until }).catch(() => {}); // something came, or nobody waits
        if (wake === mine) wake = undefined;
        heardAt = clock.now();
      }
      return answer();
    },
  };
}
