import type { InventoryRow } from '@moorline/model';

export interface InventoryTables {
  inventory_documents: {
    authority_id: string;
    device_id: string;
    class_name: string;
    /** SHA-256 of the canonical rows, lower-case hex. */
    hash: string;
    /** By the device's clock, never later than received. */
    collected_at: Date;
    received_at: Date;
    /** When this content came; null: before that was kept, so not after `received_at`. */
    changed_at: Date | null;
    row_count: number;
    /** Of the canonical text; null for what was stored before sizes were. */
    size_bytes: number | null;
    /** In canonical order. */
    rows: readonly InventoryRow[];
  };
}
