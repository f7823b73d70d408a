import type { InventoryRow } from '../inventory/inventory-class.ts';

export interface InventoryOverview {
  readonly classes: readonly {
    readonly className: string;
    readonly rowCount: number;
    readonly collectedAt: string;
    readonly receivedAt: string;
    readonly hash: string;
  }[];
}

export interface InventoryDocument {
  readonly className: string;
  readonly collectedAt: string;
  readonly receivedAt: string;
  readonly rowCount: number;
  readonly rows: readonly InventoryRow[];
}
