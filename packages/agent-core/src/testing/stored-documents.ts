import type { DocumentsBody } from '@moorline/contracts/agent';
import {
  applyRowDelta,
  canonicalRows,
  type InventoryRow,
  inventoryClass,
  rowKey,
} from '@moorline/model';
import { sha256Hex } from '@moorline/pki';
import { type CannedAnswer, problem } from './seen-request.ts';

/** The state documents that a device has sent, as an authority keeps them. */
export interface StoredDocuments {
  rows(): ReadonlyMap<string, readonly InventoryRow[]>;
  forget(className: string): void;
  /** Answers POST documents. */
  store(body: DocumentsBody): CannedAnswer;
}

export function createStoredDocuments(): StoredDocuments {
  const stored = new Map<string, { hash: string; rows: readonly InventoryRow[] }>();
  return {
    rows: () => new Map([...stored].map(([name, { rows }]) => [name, rows])),
    forget: (className) => {
      stored.delete(className);
    },
    store(body) {
      const done: string[] = [];
      const resync: string[] = [];
      for (const document of body.documents) {
        const of = inventoryClass(document.className);
        if (!of) return problem(400, 'inventory.class_unknown', `No class ${document.className}.`);
        const before = stored.get(of.name);
        const { put, drop } = document;
        let rows = document.rows as readonly InventoryRow[] | undefined; // checked by the hash below
        if (!rows && before && document.baseHash === before.hash) {
          rows = applyRowDelta(of, before.rows, {
            put: (put ?? []) as readonly InventoryRow[], // likewise
            drop: drop ?? [],
          });
        }
        if (!rows) {
          resync.push(of.name);
          continue;
        }
        const hash = sha256Hex(canonicalRows(of, rows));
        if (hash !== document.hash)
          return problem(400, 'inventory.hash', `Wrong hash: ${of.name}.`);
        if (new Set(rows.map((row) => rowKey(of, row))).size !== rows.length) {
          return problem(400, 'inventory.keys', `A key comes twice: ${of.name}.`);
        }
        stored.set(of.name, { hash, rows });
        done.push(of.name);
      }
      return resync.length === 0
        ? { status: 200, body: { stored: done, resync } }
        : problem(409, 'inventory.resync', 'Send these whole.', { stored: done, resync });
    },
  };
}
