import type { InventoryClass, InventoryRow } from '@moorline/model';

/** When a device's state is looked at: the whole hour since 1970 by its own count, and how often it was changed by hand. */
export interface Moment {
  readonly hour: number;
  readonly bump: number;
}

/** How a device's connection behaves. */
export interface LinkQuality {
  /** Mean time between two losses of the channel; 0: it is never lost by itself. */
  readonly dropEveryMs: number;
  /** Of these, how many leave the connection half open instead. */
  readonly halfOpenShare: number;
  /** Share of reports and documents that are sent twice. */
  readonly duplicateShare: number;
  /** Mean time between two restarts that forget everything in memory; 0: none. */
  readonly restartEveryMs: number;
}

/** What becomes of an action on a device. */
export interface ActionFate {
  readonly thinkMs: number;
  /** Why it fails; null: it does not. */
  readonly failure: { readonly errorCode: number; readonly message: string } | null;
}

/** Whether a device is switched on and connected at some time, and until when that holds (both in ms since 1970). */
export interface Presence {
  readonly isOnline: boolean;
  readonly until: number;
}

/** All that there is to know of the devices of a fleet. Pure: the same answer to the same question, always. */
export interface Population {
  /** Classes that devices report. */
  readonly classes: readonly InventoryClass[];
  nameOf(index: number): string;
  /** Rows of one of `classes`, as its class wants them. */
  rowsOf(index: number, inventoryClass: InventoryClass, moment: Moment): readonly InventoryRow[];
  presenceOf(index: number, nowMs: number): Presence;
  linkOf(index: number): LinkQuality;
  /** By which the device's clock is ahead, in ms. */
  clockErrorOf(index: number): number;
  fateOf(index: number, actionId: string, kind: string): ActionFate;
}
