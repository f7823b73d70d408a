import type { ActionId, ConnectorId, DeviceId } from '@moorline/kernel';
import type { Actor } from '../access/actor.ts';
import type { ActionKind } from '../actions/action.ts';
import type { UploadPermissions } from '../upload/upload-settings.ts';
import type { InventoryDocument, InventoryOverview } from './inventory-port.ts';

/** An action that another authority must carry out. */
export interface RemoteAction {
  readonly id: ActionId;
  readonly deviceId: DeviceId;
  readonly kind: ActionKind;
  readonly expiresAt: string;
  readonly actor: Actor;
}

/** How this authority reaches the one that manages an attached device. */
export interface RemoteAuthorities {
  /** Present state, for the reason that a waiting action shows. */
  describe(origin: ConnectorId): {
    readonly name: string;
    readonly online: boolean;
    /** Whose permissions decide about what is asked of it; absent: those of both. */
    readonly permissions?: UploadPermissions;
  };
  /**
   * Wakes the delivery of actions queued for `origin`; the queue itself is the actions' table, so a lost
   * wake-up is caught at the next connection.
   */
  actionsQueued(origin: ConnectorId): void;
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
    page: { readonly skip: number; readonly top: number },
  ): Promise<InventoryDocument>;
}

/** What the tenant side of a relay needs of the actions feature. */
export interface RemoteActionQueue {
  /** Actions for `origin` still in `queued`, not expired, oldest first, at most 500. */
  queuedFor(origin: ConnectorId): Promise<readonly RemoteAction[]>;
  /** The relay refused it, with the remote's reason; ends the action as `refused`. */
  refused(id: ActionId, placeName: string, reason: string): Promise<void>;
}
