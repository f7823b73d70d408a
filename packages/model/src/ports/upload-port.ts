import type { ActionId, ConnectorId, DeviceId } from '@moorline/kernel';
import type { ActionHop, ActionResult } from '../actions/action.ts';
import type { DeviceSummary } from '../devices/device-summary.ts';
import type { UploadCategory } from '../upload/upload-settings.ts';
import type { Transaction } from './transaction.ts';

/** A device as one authority tells another of it. */
export interface UploadedDevice {
  readonly id: DeviceId;
  readonly summary: DeviceSummary;
  /** Null here and below: not told. */
  readonly online: boolean | null;
  /** RFC 3339. */
  readonly lastContactAt: string | null;
  readonly enrolledAt: string;
  readonly clientVersion: string | null;
  readonly certificateExpiresAt: string | null;
}

/** Which own devices another authority is told of, and what of them beside their identity. */
export interface UploadSelection {
  /** Groups whose members are told; null: every device. */
  readonly groupIds: readonly string[] | null;
  /** Groups whose members are not told, whatever else they are in. */
  readonly excludedGroupIds: readonly string[];
  readonly categories: readonly UploadCategory[];
}

/** Some devices as a selection tells them. */
export interface SelectedDevices {
  readonly devices: readonly UploadedDevice[];
  /** Those that are here and are not told. */
  readonly withheld: readonly DeviceId[];
  /** Those that are withheld may have been told before without a note that they left. */
  readonly mayHaveLeft: boolean;
}

/** What the devices of one bucket look like, in little: two that hold the same have the same. */
export interface BucketDigest {
  /** Below DIGEST_BUCKETS; of the device's id. */
  readonly bucket: number;
  readonly devices: number;
  readonly digest: string;
}

export interface DeviceDigest {
  readonly id: DeviceId;
  readonly digest: string;
}

/** What is said of an action that came from the other authority: all hops so far, in order. */
export interface UploadedAction {
  readonly id: ActionId;
  readonly hops: readonly ActionHop[];
  readonly result: ActionResult | null;
}

/**
 * What can change for the other authority; `key` is a DeviceId or an ActionId. `departure`: the device is no longer
 * among those that are told.
 */
export type ChangeTopic = 'device' | 'action' | 'departure';

/** Buckets into which devices fall by id, when two authorities compare what they hold. */
export const DIGEST_BUCKETS = 1024;

/** Reads the present state of what changed; a device that is gone is missing from the answer. */
export interface UploadSource {
  readDevices(ids: readonly DeviceId[]): Promise<readonly UploadedDevice[]>;
  /** The same under a selection. */
  selectDevices(ids: readonly DeviceId[], selection: UploadSelection): Promise<SelectedDevices>;
  /** How many devices the selection tells of and how many stay, with the first of them by id. */
  previewDevices(
    selection: UploadSelection,
    limit: number,
  ): Promise<{
    readonly selected: number;
    readonly withheld: number;
    readonly first: readonly UploadedDevice[];
  }>;
  /**
   * Makes the selection the one whose changes are noted from now on; every device that it tells otherwise than
   * `before` is noted in the change log. `wasTold`: the other authority may know devices by `before`.
   * @throws `groups.unknown_in_selection` with `groupId`
   */
  changeSelection(
    tx: Transaction,
    before: UploadSelection,
    after: UploadSelection,
    options: { readonly wasTold: boolean },
  ): Promise<void>;
  /** Notes these, or every device that the selection tells of, as changed; and these as departed. */
  noteDevices(
    tx: Transaction,
    what: {
      readonly changed: readonly DeviceId[] | UploadSelection;
      readonly departed: readonly DeviceId[];
    },
  ): Promise<void>;
  /** Of all buckets, in the moment of `tx`. */
  digestBuckets(tx: Transaction, selection: UploadSelection): Promise<readonly BucketDigest[]>;
  digestDevices(
    tx: Transaction,
    selection: UploadSelection,
    buckets: readonly number[],
  ): Promise<readonly DeviceDigest[]>;
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
  /** What is held of this origin, as `UploadSource` computes it where it comes from. */
  digestBuckets(tx: Transaction, origin: ConnectorId): Promise<readonly BucketDigest[]>;
  digestDevices(
    tx: Transaction,
    origin: ConnectorId,
    buckets: readonly number[],
  ): Promise<readonly DeviceDigest[]>;
  /** Hops of actions not known here, or of devices of another origin, are ignored. */
  applyActions(
    tx: Transaction,
    origin: ConnectorId,
    actions: readonly UploadedAction[],
  ): Promise<void>;
}
