import { type Static, Type } from 'typebox';

/**
 * The uplink by requests, where no WebSocket passes: the same messages, each with a number. What is not acknowledged
 * is given again, and what was seen is not taken again. since 1
 */
export const OpenChannelAnswer = Type.Object({ channel: Type.String({ maxLength: 64 }) });
export type OpenChannelAnswer = Static<typeof OpenChannelAnswer>;

/** POST channel/send: up messages in their order, again from the first that is not acknowledged. */
export const ChannelSendBody = Type.Object(
  {
    channel: Type.String({ maxLength: 64 }),
    messages: Type.Array(
      Type.Object(
        { seq: Type.Integer({ minimum: 1 }), message: Type.Unknown() },
        { additionalProperties: false },
      ),
      { maxItems: 64 },
    ),
    /** The site goes, in order. */
    isLast: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ChannelSendBody = Static<typeof ChannelSendBody>;

/** Everything up to `ack` was taken. */
export const ChannelSendAnswer = Type.Object({ ack: Type.Integer({ minimum: 0 }) });
export type ChannelSendAnswer = Static<typeof ChannelSendAnswer>;

/** POST channel/poll: held until there is a message, or for `holdMs`. */
export const ChannelPollBody = Type.Object(
  {
    channel: Type.String({ maxLength: 64 }),
    /** The last down message that was taken. */
    ack: Type.Integer({ minimum: 0 }),
    holdMs: Type.Integer({ minimum: 0, maximum: 25_000 }),
  },
  { additionalProperties: false },
);
export type ChannelPollBody = Static<typeof ChannelPollBody>;

export const ChannelPollAnswer = Type.Object({
  messages: Type.Array(
    Type.Object({ seq: Type.Integer({ minimum: 1 }), message: Type.Unknown() }),
    { maxItems: 1000 },
  ),
  /** Set when the channel has ended: as the close of a WebSocket would say it. */
  closed: Type.Union([
    Type.Null(),
    Type.Object({ code: Type.Integer(), reason: Type.String({ maxLength: 255 }) }),
  ]),
});
export type ChannelPollAnswer = Static<typeof ChannelPollAnswer>;
