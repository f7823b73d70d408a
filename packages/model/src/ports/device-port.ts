import type { ActionId, DeviceId } from '@moorline/kernel';
import type { ActionResult } from '../actions/action.ts';
import type { ActionKind } from '../actions/kinds.ts';
import type { InventoryRow } from '../inventory/inventory-class.ts';

/** A device whose certificate was verified against this authority's CA and is not revoked. */
export interface AuthenticatedDevice {
  readonly deviceId: DeviceId;
  /** Serial of the certificate it showed: lower-case hex. */
  readonly certificateSerial: string;
}

export interface EnrolRequest {
  /** As the agent was given it, unverified. */
  readonly token: string;
  /** PKCS #10, PEM. */
  readonly csr: string;
  /** Shown until the first inventory arrives. */
  readonly deviceName: string;
  readonly clientVersion: string;
  readonly remoteAddress: string;
}

export interface IssuedIdentity {
  readonly deviceId: DeviceId;
  /** PEM of the client certificate. */
  readonly certificate: string;
  /** PEM of the CA. */
  readonly caCertificate: string;
  /** RFC 3339: renew at two thirds of the life, here. */
  readonly renewAfter: string;
}

/** A state document as a device sends it: whole, or as a delta on a base. */
export interface StateDocument {
  readonly className: string;
  /** SHA-256 hex of the canonical rows after this document. */
  readonly hash: string;
  readonly collectedAt: string;
  readonly content:
    | { readonly kind: 'whole'; readonly rows: readonly InventoryRow[] }
    | {
        readonly kind: 'delta';
        readonly baseHash: string;
        readonly put: readonly InventoryRow[];
        readonly drop: readonly string[];
      };
}

export interface StoredDocuments {
  readonly stored: readonly string[];
  /** Classes whose base is not what is stored here: to be sent whole. */
  readonly resync: readonly string[];
}

export interface DesiredDocument {
  readonly name: string;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface DesiredState {
  /** Opaque; hand it back to get what changed since. */
  readonly cursor: string;
  /** Documents changed since the cursor that was given, whole. */
  readonly documents: readonly DesiredDocument[];
  /** Names no longer desired. */
  readonly removed: readonly string[];
}

export interface DeviceAction {
  readonly id: ActionId;
  readonly kind: ActionKind;
  readonly expiresAt: string;
  /** What the kind needs to be told; absent: nothing. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The device has it, and is to end it if it still can. */
  readonly isCancelled?: true;
}

export interface DeviceActionReport {
  readonly id: ActionId;
  readonly state: 'deliveredToDevice' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly at: string;
  readonly result: ActionResult | null;
}

/** The next piece of the file that an action under way makes. */
export interface ActionFilePiece {
  readonly id: ActionId;
  readonly offset: number;
  /** Of the whole file. */
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly data: Uint8Array;
}

/** What every device-facing gateway calls. Errors are the features' own, ready for the wire. */
export interface DevicePort {
  /** @throws `enrolment.*` */
  enrol(request: EnrolRequest): Promise<IssuedIdentity>;
  /** Issues the next certificate to a device that proved the present one. @throws `enrolment.*` */
  renew(device: AuthenticatedDevice, csr: string): Promise<IssuedIdentity>;
  /**
   * The device that a verified certificate belongs to.
   * @param uri its subjectAltName URI, `urn:moorline:device:<uuid>`
   * @throws `enrolment.certificate_revoked`, `enrolment.device_unknown`, `enrolment.device_blocked`
   */
  authenticate(certificate: {
    readonly serial: string;
    readonly uri: string;
  }): Promise<AuthenticatedDevice>;
  /** The channel is open; idempotent per connection. */
  channelOpened(device: AuthenticatedDevice, connectionId: string): void;
  channelClosed(device: AuthenticatedDevice, connectionId: string): void;
  /** Any request: last contact. Coalesced, never a write per call. */
  contacted(
    device: AuthenticatedDevice,
    facts: { readonly clientVersion?: string; readonly remoteAddress: string },
  ): void;
  /** Stores those it can, in one transaction with summary, change log and timeline. @throws `inventory.*` */
  putDocuments(
    device: AuthenticatedDevice,
    documents: readonly StateDocument[],
  ): Promise<StoredDocuments>;
  desiredState(device: AuthenticatedDevice, cursor: string | null): Promise<DesiredState>;
  /**
   * What a device that has the desired state of this cursor has to be told now: asked after its channel is open, for
   * what happened while it was away.
   */
  missed(device: AuthenticatedDevice, cursor: string): Promise<DeviceNudge>;
  /**
   * Actions waiting for the device, oldest first, at most 100, and those that it has and is to end; asking again gives
   * the same until reported.
   */
  waitingActions(device: AuthenticatedDevice): Promise<readonly DeviceAction[]>;
  /** Idempotent; a report that would go backwards is ignored. @throws `actions.not_found` */
  reportActions(device: AuthenticatedDevice, reports: readonly DeviceActionReport[]): Promise<void>;
  /**
   * Takes a piece that begins where the last ended; answers how much there is.
   * @throws `actions.not_found`, `actions.file_not_wanted`, `actions.file_damaged`
   */
  putActionFile(device: AuthenticatedDevice, piece: ActionFilePiece): Promise<number>;
}

/** What a gateway offers the authority: a word to a device that is connected now. */
export interface DeviceNudge {
  readonly desired?: boolean;
  readonly actions?: boolean;
  /** Classes to collect and send now. */
  readonly inventory?: readonly string[];
}

export interface DeviceNudger {
  /** Coalesced, at most one in flight and one queued per device; silently nothing when not connected. */
  nudge(deviceId: DeviceId, nudge: DeviceNudge): void;
  /** A word to every device that is connected now, paced so that their answers do not come at once. */
  nudgeAll(nudge: DeviceNudge): void;
  /** Closes the channel of a device whose right to it has ended. */
  disconnect(deviceId: DeviceId, reason: string): void;
}
