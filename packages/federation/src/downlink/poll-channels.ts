import type { ChannelPollAnswer, ChannelSendBody } from '@moorline/contracts/federation';
import { UPLINK_CLOSE } from '@moorline/contracts/federation';
import { type Clock, type ConnectorId, type Entropy, uuidv7 } from '@moorline/kernel';
import { downlinkErrors } from './errors.ts';
import { createPollChannel, type PollChannel } from './poll-channel.ts';
import type { UplinkPeer, UplinkSessions } from './sessions.ts';

export type PollPeer = Pick<UplinkPeer, 'connectorId' | 'serial' | 'remoteAddress'>;

/** The uplinks that come by requests. A channel belongs to the certificate that opened it. */
export interface PollChannels {
  open(peer: PollPeer): string;
  /** @throws `uplink.channel_unknown` */
  send(peer: PollPeer, body: ChannelSendBody): number;
  /** @throws `uplink.channel_unknown` */
  poll(
    peer: PollPeer,
    body: { readonly channel: string; readonly ack: number; readonly holdMs: number },
    signal: AbortSignal,
  ): Promise<ChannelPollAnswer>;
}

/** A connector opens one, and another when that broke: more at once are of no use to it. */
const MOST_PER_CONNECTOR = 4;

export function createPollChannels(deps: {
  readonly sessions: UplinkSessions;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): PollChannels {
  const { sessions, clock, entropy } = deps;
  const known = new Map<ConnectorId, Map<string, { serial: string; channel: PollChannel }>>();

  const find = (peer: PollPeer, id: string): PollChannel => {
    const one = known.get(peer.connectorId)?.get(id);
    if (one?.serial !== peer.serial) throw downlinkErrors.channelUnknown();
    return one.channel;
  };
  const forget = (connectorId: ConnectorId, id: string): void => {
    const own = known.get(connectorId);
    own?.delete(id);
    if (own?.size === 0) known.delete(connectorId);
  };

  return {
    open(peer) {
      const { connectorId, serial } = peer;
      const own = known.get(connectorId) ?? new Map();
      known.set(connectorId, own);
      for (const [id, { channel }] of own) {
        if (own.size < MOST_PER_CONNECTOR) break;
        channel.close(UPLINK_CLOSE.replaced, 'Too many channels of this connector are open.');
        own.delete(id);
      }
      const id = uuidv7(clock, entropy);
      const channel = createPollChannel(clock);
      own.set(id, { serial, channel });
      sessions.accept(channel, { ...peer, transport: 'longPolling' });
      return id;
    },
    send: (peer, body) => find(peer, body.channel).take(body.messages, body.isLast === true),
    async poll(peer, { channel: id, ack, holdMs }, signal) {
      const channel = find(peer, id);
      const answer = await channel.poll(ack, holdMs, signal);
      // Its end was told: nothing is left to ask it for.
      if (answer.closed && !signal.aborted) forget(peer.connectorId, id);
      return answer;
    },
  };
}
