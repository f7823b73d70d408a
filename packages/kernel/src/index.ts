export { type BackoffPolicy, backoffMs } from './backoff.ts';
export { canonicalJson, type Json } from './canonical-json.ts';
export { type Clock, rfc3339, systemClock } from './clock.ts';
export { type Entropy, systemEntropy } from './entropy.ts';
export {
  asMoorlineError,
  defineErrors,
  type ErrorDetails,
  type ErrorFactory,
  type ErrorKind,
  type ErrorSpec,
  MoorlineError,
} from './errors.ts';
export {
  type ActionId,
  type AuthorityId,
  type Brand,
  type BulkActionId,
  type ConnectorId,
  type DeviceId,
  isUuid,
  type UserId,
  uuidv7,
} from './ids.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export { nearest } from './nearest.ts';
export { createTaskGroup, type TaskGroup } from './task-group.ts';
