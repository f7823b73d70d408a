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
  /** Names the content; absent: an older authority does not tell it. */
  readonly hash?: string;
  /** Sensitive columns that the reader may not see: null in every row. Absent: none. */
  readonly maskedColumns?: readonly string[];
  readonly rows: readonly InventoryRow[];
}

/** Which rows of a document are asked for. */
export interface InventoryPage {
  readonly skip: number;
  /** At most 1,000. */
  readonly top: number;
  /** Absent: by the class's key. */
  readonly orderBy?: { readonly column: string; readonly descending: boolean } | undefined;
  /** `YYYY-MM-DD`: as the document stood at the end of that day, UTC. Absent: now. */
  readonly day?: string | undefined;
}

/** How a class was on the days that are kept, the present first; days are `YYYY-MM-DD`, UTC. */
export interface InventoryHistory {
  readonly className: string;
  readonly periods: readonly {
    readonly from: string;
    readonly to: string;
    readonly rowCount: number;
    readonly collectedAt: string;
    readonly hash: string;
  }[];
}

/** One row that is other on one day than on another. */
export interface InventoryRowChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** Columns whose values differ; all of an added or a removed row. */
  readonly columns: readonly string[];
  readonly before: InventoryRow | null;
  readonly after: InventoryRow | null;
}

/** What leads from a class's document of one day to that of another, by the class's key. */
export interface InventoryDifference {
  readonly className: string;
  readonly from: string;
  /** Null: now. */
  readonly to: string | null;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly maskedColumns?: readonly string[];
  /** The page of the changes that was asked for. */
  readonly changes: readonly InventoryRowChange[];
}
