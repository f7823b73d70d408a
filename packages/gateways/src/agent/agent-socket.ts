import type { AuthenticatedDevice } from '@moorline/model/ports';
import { WebSocket } from 'ws';

export const DESIRED = 1;
export const ACTIONS = 2;
/** One for all sockets that have none. */
export const NO_CLASSES: readonly string[] = [];

/**
 * A channel: the WebSocket itself with the little that is known of it, because there are tens of thousands.
 * Its owner sets `device` right after the upgrade, before anything can arrive.
 */
export class AgentSocket extends WebSocket {
  device: AuthenticatedDevice | null = null;
  connectionId = '';
  /** Milliseconds since 1970: the end of the certificate. */
  expiresAt = 0;
  /** False from a ping until its pong. */
  isAlive = true;
  /** Where the ping wheel holds it. */
  wheelSlot = 0;
  /** Pings of the agent since the last visit. */
  pings = 0;
  /** A nudge was handed to the socket and has not left it. */
  isSending = false;
  /** DESIRED and ACTIONS, to be sent when the one in flight has left. */
  queued = 0;
  /** Inventory classes to be asked for then. */
  queuedClasses: readonly string[] = NO_CLASSES;
}
