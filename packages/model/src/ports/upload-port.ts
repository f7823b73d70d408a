import type { ActionId, ConnectorId, DeviceId } from '@moorline/kernel';
import type { ActionHop, ActionResult } from '../actions/action.ts';
import type { DeviceSummary } from '../devices/device-summary.ts';
import type { Transaction } from './transaction.ts';

/** A device as one authority tells another of it. */
export interface UploadedDevice {
  readonly id: DeviceId;
  readonly summary: DeviceSummary;
  readonly online: boolean;
  /** RFC 3339. */
  readonly lastContactAt: string;
  readonly enrolledAt: string;
  readonly clientVersion: string;
  readonly certificateExpiresAt: string;
}

/** What is said of an action that came from the other authority: all hops so far, in order. */
export interface UploadedAction {
  readonly id: ActionId;
  readonly hops: readonly ActionHop[];
  readonly result: ActionResult | null;
}

/** What can change for the other authority; `key` is a DeviceId or an ActionId. */
export type ChangeTopic = 'device' | 'action';

/** Reads the present state of what changed; a device that is gone is missing from the answer. */
export interface UploadSource {
  readDevices(ids: readonly DeviceId[]): Promise<readonly UploadedDevice[]>;
  /** Only actions that were requested through a relay. */
  readActions(ids: readonly ActionId[]): Promise<readonly UploadedAction[]>;
}

/** Devices of a batch, laid ready in the transaction; nothing shows yet. */
export interface StagedDevices {
  /** Writes them as uploaded by `origin`, in the transaction in which they were staged. Once. */
  apply(origin: ConnectorId): Promise<void>;
}

/** Takes what another authority uploaded, inside the transaction that moves the cursor. Idempotent. */
export interface UploadSink {
  /** Takes no lock that another transaction waits for, so that it may run before the sender's turn has come. */
  stageDevices(tx: Transaction, devices: readonly UploadedDevice[]): Promise<StagedDevices>;
  removeDevices(tx: Transaction, origin: ConnectorId, ids: readonly DeviceId[]): Promise<void>;
  /** Hops of actions not known here, or of devices of another origin, are ignored. */
  applyActions(
    tx: Transaction,
    origin: ConnectorId,
    actions: readonly UploadedAction[],
  ): Promise<void>;
}
