import type { ActionId, DeviceId } from '@moorline/kernel';
import type { Actor } from '../access/actor.ts';
import type { Action } from '../actions/action.ts';
import type { ActionKind } from '../actions/kinds.ts';
import type {
  InventoryDifference,
  InventoryDocument,
  InventoryHistory,
  InventoryOverview,
  InventoryPage,
} from './inventory-port.ts';

/** A part of a file, with what the whole is. */
export interface ActionFilePart {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly data: Uint8Array;
}

/**
 * What an administrator may do to devices: the one path to it. The admin API and the relay both call this;
 * each method authorizes the actor on the loaded object and records the deed.
 */
export interface DeviceAdministration {
  /**
   * Requests an action. `id` given (a relay): idempotent by it, answering the action as it stands.
   * @throws `access.denied`, `devices.not_found`, `actions.expired`
   */
  requestAction(
    actor: Actor,
    request: {
      readonly deviceId: DeviceId;
      readonly kind: ActionKind;
      readonly id?: ActionId;
      /** RFC 3339; absent: the authority's default from now; at most its longest. */
      readonly expiresAt?: string;
    },
  ): Promise<Action>;
  /** @throws `access.denied`, `actions.not_found` */
  readAction(actor: Actor, id: ActionId): Promise<Action>;
  /**
   * Ends the action here, or asks whoever has it to end it: then the answer's `cancellation` says what it waits for.
   * @throws `access.denied`, `actions.not_found`, `actions.too_late`
   */
  cancelAction(actor: Actor, id: ActionId): Promise<Action>;
  /**
   * A part of the file that an action has made, at most 1 MiB. Needs `diagnostics.read`.
   * @throws `access.denied`, `actions.not_found`, `actions.file_not_there`
   */
  readActionFile(
    actor: Actor,
    id: ActionId,
    part: { readonly offset: number; readonly length: number },
  ): Promise<ActionFilePart>;
  /** @throws `access.denied`, `devices.not_found` */
  inventoryOverview(actor: Actor, deviceId: DeviceId): Promise<InventoryOverview>;
  /**
   * @throws `access.denied`, `devices.not_found`, `inventory.class_not_reported`, `inventory.column_unknown`,
   *   `inventory.day_invalid`, `inventory.day_unknown`
   */
  inventoryDocument(
    actor: Actor,
    deviceId: DeviceId,
    className: string,
    page: InventoryPage,
  ): Promise<InventoryDocument>;
  /** @throws `access.denied`, `devices.not_found`, `inventory.class_not_reported` */
  inventoryHistory(actor: Actor, deviceId: DeviceId, className: string): Promise<InventoryHistory>;
  /** At most 200 changes. @throws as `inventoryDocument` */
  inventoryDifference(
    actor: Actor,
    deviceId: DeviceId,
    className: string,
    wanted: {
      readonly from: string;
      readonly to: string | null;
      readonly skip: number;
      readonly top: number;
    },
  ): Promise<InventoryDifference>;
  /**
   * Asks the device itself and resolves when its answer is stored. Requests for the same class wait for one answer.
   * @throws `access.denied`, `devices.not_found`, `inventory.class_unknown`, `inventory.device_offline`,
   *   `inventory.device_silent`
   */
  refreshInventory(
    actor: Actor,
    deviceId: DeviceId,
    className: string,
  ): Promise<{ readonly receivedAt: string }>;
}
