import type { Bus } from '@moorline/bus';
import { LIVE } from '../topics.ts';
import type { ConnectionState } from './connection.ts';

export interface UplinkStatus extends ConnectionState {
  /** Why the last batch did not get through; null when it did, or none was sent. */
  readonly uploadProblem: string | null;
}

/** The uplink as it is now. What is news of it is told to whoever looks at the attachment. */
export interface StatusStore {
  read(): UplinkStatus;
  change(change: Partial<UplinkStatus>): void;
  /** Something else about the attachment is news. */
  announce(): void;
}

export function createStatusStore(bus: Bus): StatusStore {
  let status: UplinkStatus = {
    connected: false,
    transport: null,
    reason: 'Not connected: the uplink has not been started.',
    uploadProblem: null,
  };
  const announce = (): void => bus.publish(LIVE, { topic: 'cloudAttach', ids: [] });

  return {
    read: () => status,
    change(change) {
      const next = { ...status, ...change };
      const isNews =
        next.connected !== status.connected ||
        next.reason !== status.reason ||
        next.transport !== status.transport ||
        next.uploadProblem !== status.uploadProblem;
      status = next;
      if (isNews) announce();
    },
    announce,
  };
}
