import { type DeviceId, MoorlineError } from '@moorline/kernel';
import { applyRowDelta, type InventoryRow } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { type CheckedDocument, checkRows, hashOf } from './check-documents.ts';
import { type DocumentKey, type NewDocument, readRows, type StoredHead } from './store.ts';

/** One device's request: documents that are checked, each of another class. */
export interface CheckIn {
  readonly deviceId: DeviceId;
  readonly documents: readonly CheckedDocument[];
}

/** What becomes of one device's documents. */
export interface Judged {
  readonly deviceId: DeviceId;
  readonly changed: readonly NewDocument[];
  /** Equal to what is stored. */
  readonly same: readonly (DocumentKey & { readonly collectedAt: number })[];
  /** Classes that are stored now, and those whose base was not what is stored. */
  readonly stored: readonly string[];
  readonly resync: readonly string[];
}

/** What is stored of the documents that came. */
export type Heads = ReadonlyMap<CheckedDocument, StoredHead>;
type Bases = ReadonlyMap<CheckedDocument, readonly InventoryRow[]>;

/**
 * Compares what devices sent with what is stored of them. An error is one device's alone: nothing of that device is to
 * be stored.
 */
export async function judge(
  tx: Transaction,
  checkIns: readonly CheckIn[],
  heads: Heads,
): Promise<ReadonlyMap<CheckIn, Judged | MoorlineError>> {
  const bases = await readBases(tx, checkIns, heads);
  return new Map(
    checkIns.map((checkIn): readonly [CheckIn, Judged | MoorlineError] => {
      try {
        return [checkIn, judgeOne(checkIn, heads, bases)];
      } catch (error) {
        if (error instanceof MoorlineError) return [checkIn, error];
        throw error;
      }
    }),
  );
}

/** The stored rows that deltas build on. */
async function readBases(
  tx: Transaction,
  checkIns: readonly CheckIn[],
  heads: Heads,
): Promise<Bases> {
  const needed = checkIns.flatMap(({ deviceId, documents }) =>
    documents
      .filter((document) => {
        const { content } = document;
        return content.kind === 'delta' && heads.get(document)?.hash === content.baseHash;
      })
      .map((document) => ({ deviceId, className: document.inventoryClass.name, document })),
  );
  const rows = await readRows(tx, needed);
  return new Map(needed.map(({ document }, at) => [document, rows.get(at) ?? []]));
}

function judgeOne({ deviceId, documents }: CheckIn, heads: Heads, bases: Bases): Judged {
  const changed: NewDocument[] = [];
  const same: Judged['same'][number][] = [];
  const stored: string[] = [];
  const resync: string[] = [];
  for (const document of documents) {
    const { hash, collectedAt, inventoryClass } = document;
    const className = inventoryClass.name;
    const key = { deviceId, className, collectedAt };
    if (heads.get(document)?.hash === hash) {
      same.push(key);
      stored.push(className);
      continue;
    }
    const after = contentAfter(document, bases.get(document));
    if (after) {
      changed.push({ ...key, hash, ...after });
      stored.push(className);
    } else resync.push(className);
  }
  return { deviceId, changed, same, stored, resync };
}

/** What the document leaves; undefined when its base is not what is stored. */
function contentAfter(
  { inventoryClass, content, hash }: CheckedDocument,
  base: readonly InventoryRow[] | undefined,
): Pick<NewDocument, 'rows' | 'sizeBytes'> | undefined {
  if (content.kind === 'whole') return content;
  if (!base) return undefined;
  const rows = checkRows(inventoryClass, applyRowDelta(inventoryClass, base, content));
  const after = hashOf(inventoryClass, rows);
  return after.hash === hash ? { rows, sizeBytes: after.sizeBytes } : undefined;
}
