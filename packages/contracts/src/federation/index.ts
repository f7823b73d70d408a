export { decodeInvitation, encodeInvitation, type Invitation, JOIN_PREFIX } from '../invitation.ts';
export { AttachAnswer, AttachBody, RenewConnectorAnswer, RenewConnectorBody } from './attach.ts';
export { ActionRecord, BatchAnswer, BatchRecord, DeviceRow, TombstoneRecord } from './batch.ts';
export {
  ChannelPollAnswer,
  ChannelPollBody,
  ChannelSendAnswer,
  ChannelSendBody,
  OpenChannelAnswer,
} from './channel.ts';
export {
  DIGEST_BUCKETS_AT_ONCE,
  DIGEST_FORMAT,
  DigestsAnswer,
  DigestsBody,
} from './digests.ts';
export { comparePositions, FIRST_POSITION, isPosition } from './position.ts';
export {
  BATCH_HEADERS,
  connectorUri,
  FEDERATION_LIMITS,
  FEDERATION_PATHS,
  FEDERATION_PROTOCOL,
  UPLINK_CLOSE,
} from './protocol.ts';
export {
  DownMessage,
  RELAY_METHODS,
  RELAY_TOKEN_TYPE,
  RelayClaims,
  RelayParams,
  RelayResults,
  UpMessage,
} from './relay.ts';
export { DetachBody, SiteReport } from './site-report.ts';
export {
  CheckJoinTokenAnswer,
  CheckJoinTokenBody,
  IDLE_SECONDS,
  PublishedEndpoint,
  WELL_KNOWN_IDLE_PATH,
  WELL_KNOWN_PATH,
  WellKnown,
  WellKnownIdleAnswer,
} from './well-known.ts';
