import { AGENT_LIMITS, type StateDocumentWire } from '@moorline/contracts/agent';
import { canonicalRows, type InventoryClass, type InventoryRow, rowDelta } from '@moorline/model';
import { sha256Hex } from '@moorline/pki';

/** A document to send: what the wire takes, and what is acknowledged when it was taken. */
export interface OutgoingDocument {
  readonly className: string;
  readonly hash: string;
  readonly rows: readonly InventoryRow[];
  readonly isDelta: boolean;
  /** JSON of the StateDocumentWire. */
  readonly json: string;
}

export function documentHash(
  inventoryClass: InventoryClass,
  rows: readonly InventoryRow[],
): string {
  return sha256Hex(canonicalRows(inventoryClass, rows));
}

export interface Collected {
  readonly inventoryClass: InventoryClass;
  readonly rows: readonly InventoryRow[];
  readonly hash: string;
  /** RFC 3339. */
  readonly collectedAt: string;
}

export function wholeDocument(collected: Collected): OutgoingDocument {
  const { inventoryClass, rows, hash, collectedAt } = collected;
  const wire = { className: inventoryClass.name, hash, collectedAt, rows };
  return outgoing(collected, wire, false);
}

/** The document as a delta on `base` when that is the shorter text, whole otherwise. */
export function shortestDocument(
  collected: Collected,
  base: { readonly hash: string; readonly rows: readonly InventoryRow[] } | undefined,
): OutgoingDocument {
  const whole = wholeDocument(collected);
  if (!base) return whole;
  const { inventoryClass, rows, hash, collectedAt } = collected;
  const { put, drop } = rowDelta(inventoryClass, base.rows, rows);
  const delta = outgoing(
    collected,
    { className: inventoryClass.name, hash, collectedAt, baseHash: base.hash, put, drop },
    true,
  );
  return delta.json.length < whole.json.length ? delta : whole;
}

/** Nothing changed: says so, and learns from the answer when the authority does not have the document. */
export function confirmingDocument(collected: Collected): OutgoingDocument {
  const { inventoryClass, hash, collectedAt } = collected;
  return outgoing(
    collected,
    { className: inventoryClass.name, hash, collectedAt, baseHash: hash, put: [], drop: [] },
    true,
  );
}

const BATCH_BYTES = 4 * 1024 * 1024;

export interface Batch {
  readonly documents: readonly OutgoingDocument[];
  /** JSON of the DocumentsBody. */
  readonly json: string;
}

/**
 * Groups documents into requests within the protocol's limits; a document alone above them is left over.
 * A request is kept well below the limit, so that one that is refused or lost does not cost much.
 */
export function batchesOf(documents: readonly OutgoingDocument[]): {
  readonly batches: readonly Batch[];
  readonly tooLong: readonly OutgoingDocument[];
} {
  const batches: OutgoingDocument[][] = [];
  const tooLong: OutgoingDocument[] = [];
  let current: OutgoingDocument[] = [];
  let bytes = 0;
  for (const document of documents) {
    const size = Buffer.byteLength(document.json) + 1;
    if (size + 64 > AGENT_LIMITS.documentsBytes) {
      tooLong.push(document);
      continue;
    }
    const isFull = current.length >= AGENT_LIMITS.documentsPerRequest || bytes + size > BATCH_BYTES;
    if (isFull && current.length > 0) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(document);
    bytes += size;
  }
  if (current.length > 0) batches.push(current);
  return {
    batches: batches.map((group) => ({
      documents: group,
      json: `{"documents":[${group.map(({ json }) => json).join(',')}]}`,
    })),
    tooLong,
  };
}

interface WireDocument extends Omit<StateDocumentWire, 'rows' | 'put' | 'drop'> {
  readonly rows?: readonly InventoryRow[];
  readonly put?: readonly InventoryRow[];
  readonly drop?: readonly string[];
}

function outgoing(collected: Collected, wire: WireDocument, isDelta: boolean): OutgoingDocument {
  const { hash, rows } = collected;
  return { className: wire.className, hash, rows, isDelta, json: JSON.stringify(wire) };
}
