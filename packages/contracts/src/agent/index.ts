export { accepts } from '../accepts.ts';
export {
  decodeInvitation,
  ENROL_PREFIX,
  encodeInvitation,
  type Invitation,
} from '../invitation.ts';
export {
  ACTION_FILE_LIMITS,
  ActionFileAnswer,
  ActionFileBody,
  ActionReportWire,
  ActionsAnswer,
  ReportsBody,
} from './actions.ts';
export { CHANNEL_CLOSE, NudgeMessage } from './channel.ts';
export {
  CLIENT_SETTINGS,
  ClientSettings,
  DEFAULT_CLIENT_SETTINGS,
  DesiredAnswer,
} from './desired.ts';
export { DocumentsAnswer, DocumentsBody, StateDocumentWire } from './documents.ts';
export { EnrolBody, IdentityAnswer, RenewBody } from './enrol.ts';
export {
  AGENT_LIMITS,
  AGENT_PATHS,
  AGENT_PROTOCOL,
  CLIENT_VERSION_HEADER,
  CONNECTED_ALPN,
  DESIRED_CURSOR_HEADER,
  DESIRED_CURSOR_PATTERN,
  deviceUri,
  MAX_RECONNECT_SPREAD_S,
  RECONNECT_SPREAD_HEADER,
} from './protocol.ts';
