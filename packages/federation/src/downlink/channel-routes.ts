import {
  ChannelPollAnswer,
  ChannelPollBody,
  ChannelSendAnswer,
  ChannelSendBody,
  FEDERATION_LIMITS,
  FEDERATION_PATHS,
  OpenChannelAnswer,
} from '@moorline/contracts/federation';
import type { HttpApp, HttpRequest } from '@moorline/http';
import type { PollChannels, PollPeer } from './poll-channels.ts';

/**
 * The uplink for sites that no WebSocket leads out of.
 * @spec docs/protocols/federation.md §9
 */
export function registerChannelRoutes(
  app: HttpApp,
  deps: {
    readonly channels: PollChannels;
    /** @throws what a certificate is refused for */
    readonly authenticate: (request: HttpRequest) => Promise<PollPeer>;
    readonly onRefused: (request: HttpRequest, error: Error) => Promise<void>;
  },
): void {
  const { channels, authenticate } = deps;
  const onError = async (request: HttpRequest, _reply: unknown, error: Error): Promise<void> =>
    deps.onRefused(request, error);

  app.post(
    FEDERATION_PATHS.channel,
    { config: { access: 'peer' }, onError, schema: { response: { 200: OpenChannelAnswer } } },
    async (request) => ({ channel: channels.open(await authenticate(request)) }),
  );

  app.post(
    FEDERATION_PATHS.channelSend,
    {
      config: { access: 'peer' },
      bodyLimit: FEDERATION_LIMITS.relayMessageBytes + 64 * 1024,
      onError,
      schema: { body: ChannelSendBody, response: { 200: ChannelSendAnswer } },
    },
    async (request) => ({ ack: channels.send(await authenticate(request), request.body) }),
  );

  app.post(
    FEDERATION_PATHS.channelPoll,
    {
      config: { access: 'peer' },
      onError,
      schema: { body: ChannelPollBody, response: { 200: ChannelPollAnswer } },
    },
    async (request, reply) => {
      const peer = await authenticate(request);
      const gone = new AbortController();
      const onClose = (): void => gone.abort();
      reply.raw.once('close', onClose);
      try {
        return await channels.poll(peer, request.body, gone.signal);
      } finally {
        reply.raw.off('close', onClose);
      }
    },
  );
}
