import type { InventoryRow, Platform } from '../inventory/inventory-class.ts';

/** What a device knows of itself: reads the operating system and changes nothing. */
export interface InventoryProvider {
  readonly platform: Platform;
  /** Names of the classes that it collects, all of the catalogue. */
  readonly classes: readonly string[];
  /**
   * The rows of a class as they are now: each passes `checkRow`, each key occurs once, and there are no
   * more than the class's `maxRows`. What cannot be read is null, never an error.
   * @throws the signal's reason when aborted; `inventory.class_not_collected` for a name not in `classes`
   */
  collect(
    className: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly InventoryRow[]>;
}
