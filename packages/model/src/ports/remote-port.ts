import type { ActionId, ConnectorId, DeviceId } from '@moorline/kernel';
import type { Actor } from '../access/actor.ts';
import type { ActionKind } from '../actions/kinds.ts';
import type { UploadCategory, UploadPermissions } from '../upload/upload-settings.ts';
import type { ActionFilePart, DeviceAdministration } from './admin-port.ts';
import type { InventoryDocument, InventoryOverview, InventoryPage } from './inventory-port.ts';

/** An action that another authority must carry out. */
export interface RemoteAction {
  readonly id: ActionId;
  readonly deviceId: DeviceId;
  readonly kind: ActionKind;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly actor: Actor;
}

/** An action that another authority is to end. */
export interface RemoteCancel {
  readonly id: ActionId;
  /** Who wants it ended. */
  readonly actor: Actor;
}

/** `taken`: it ends, or its device has been asked; `notThere`: it has no such action. */
export type RemoteCancelAnswer =
  | { readonly kind: 'taken' | 'notThere' }
  | { readonly kind: 'refused'; readonly reason: string };

/** How this authority reaches the one that manages an attached device. */
export interface RemoteAuthorities {
  /** Present state, for the reason that a waiting action shows. */
  describe(origin: ConnectorId): {
    readonly name: string;
    readonly online: boolean;
    /** Whose permissions decide about what is asked of it; absent: those of both. */
    readonly permissions?: UploadPermissions;
    /** What of its devices does not come here; absent: everything does. */
    readonly notUploaded?: readonly UploadCategory[];
  };
  /**
   * Wakes the delivery of actions queued for `origin`; the queue itself is the actions' table, so a lost
   * wake-up is caught at the next connection.
   */
  actionsQueued(origin: ConnectorId): void;
  /** Whether an action still queued for `origin` may have been taken there already. */
  mayHave(
    origin: ConnectorId,
    action: { readonly id: ActionId; readonly requestedAt: number },
  ): boolean;
  /** A part of the file of an action. @throws `relay.*` */
  actionFile(
    origin: ConnectorId,
    actor: Actor,
    id: ActionId,
    part: { readonly offset: number; readonly length: number },
  ): Promise<ActionFilePart>;
  /** Live reads, relayed with the actor's own rights. @throws `relay.*` */
  inventoryOverview(
    origin: ConnectorId,
    actor: Actor,
    deviceId: DeviceId,
  ): Promise<InventoryOverview>;
  inventoryDocument(
    origin: ConnectorId,
    actor: Actor,
    deviceId: DeviceId,
    className: string,
    page: InventoryPage,
  ): Promise<InventoryDocument>;
  inventoryHistory: RemoteInventory<'inventoryHistory'>;
  inventoryDifference: RemoteInventory<'inventoryDifference'>;
  /** Waits as long as the other authority waits for the device. */
  refreshInventory: RemoteInventory<'refreshInventory'>;
}

/** The administration's method, asked of the authority behind a connector. */
type RemoteInventory<M extends 'inventoryHistory' | 'inventoryDifference' | 'refreshInventory'> = (
  origin: ConnectorId,
  ...args: Parameters<DeviceAdministration[M]>
) => ReturnType<DeviceAdministration[M]>;

/** What the tenant side of a relay needs of the actions feature. */
export interface RemoteActionQueue {
  /**
   * Actions for `origin` still in `queued`, not expired, that nobody wants ended; oldest first, 500 or, when there are
   * no more, fewer; those after `after` when it is given.
   */
  queuedFor(origin: ConnectorId, after?: RemoteAction): Promise<readonly RemoteAction[]>;
  /** Actions that `origin` has or may have, and has not been asked to end since somebody wanted it; at most 500. */
  cancelsFor(origin: ConnectorId): Promise<readonly RemoteCancel[]>;
  /** What came of asking. */
  cancelAnswered(id: ActionId, placeName: string, answer: RemoteCancelAnswer): Promise<void>;
  /** The relay refused it, with the remote's reason; ends the action as `refused`. */
  refused(id: ActionId, placeName: string, reason: string): Promise<void>;
}
