import { nearest } from '@moorline/kernel';
import {
  canonicalText,
  checkRow,
  INVENTORY_CLASSES,
  type InventoryClass,
  type InventoryRow,
  inventoryClass,
  orderRows,
  type RowProblem,
} from '@moorline/model';
import type { StateDocument } from '@moorline/model/ports';
import { sha256Hex } from '@moorline/pki';
import { inventoryErrors } from './errors.ts';

/** A document whose rows are all of its class. */
export interface CheckedDocument {
  readonly inventoryClass: InventoryClass;
  readonly hash: string;
  /** Milliseconds since 1970, by the device's clock; not in the future. */
  readonly collectedAt: number;
  /** Rows of a whole document are in canonical order, and its size is that of its canonical text. */
  readonly content: StateDocument['content'] & { readonly sizeBytes: number };
}

/** Of a document's canonical rows. */
export const DOCUMENT_LIMIT_BYTES: number = 8 * 1024 * 1024;

const PROBLEMS: Readonly<Record<RowProblem['problem'], string>> = {
  missing: 'is missing',
  unknown_column: 'is not one of the class',
  wrong_type: 'is not of its type',
  too_long: 'is too long',
  control_character: 'holds a character that is not text',
  null_key: 'is part of the key and must not be null',
};

/**
 * Checks what can be checked without the stored documents. Everything comes from a device: nothing is assumed.
 * @throws `inventory.*`, naming class and column
 */
export function checkDocuments(
  documents: readonly StateDocument[],
  now: number,
): readonly CheckedDocument[] {
  const seen = new Set<string>();
  return documents.map((document) => {
    const found = requireClass(document.className, inventoryErrors.classUnknown);
    if (seen.has(found.name)) throw inventoryErrors.classRepeated({ className: found.name });
    seen.add(found.name);
    const { content, hash } = document;
    const rows = checkRows(found, content.kind === 'whole' ? content.rows : content.put);
    const collectedAt = Date.parse(document.collectedAt);
    if (Number.isNaN(collectedAt)) throw inventoryErrors.timeInvalid({ className: found.name });
    const checked = {
      inventoryClass: found,
      hash,
      // A clock that is ahead by years must not make a document the newest for ever.
      collectedAt: Math.min(Math.max(collectedAt, 0), now),
    };
    if (content.kind === 'delta') {
      const sizeBytes = JSON.stringify([content.put, content.drop]).length;
      return { ...checked, content: { ...content, sizeBytes } };
    }
    const actual = hashOf(found, rows);
    if (actual.hash !== hash) throw inventoryErrors.hashMismatch({ className: found.name });
    return { ...checked, content: { kind: 'whole', rows, sizeBytes: actual.sizeBytes } };
  });
}

/** Each row of the class, each key once, not too many; answers them in canonical order. @throws `inventory.*` */
export function checkRows(
  found: InventoryClass,
  rows: readonly InventoryRow[],
): readonly InventoryRow[] {
  const className = found.name;
  if (rows.length > found.maxRows) {
    throw inventoryErrors.tooManyRows({ className, limit: found.maxRows, count: rows.length });
  }
  for (const [index, row] of rows.entries()) {
    const problem = checkRow(found, row);
    if (problem) {
      throw inventoryErrors.rowInvalid({
        className,
        row: index + 1,
        column: problem.column,
        problem: PROBLEMS[problem.problem],
      });
    }
  }
  const ordered = orderRows(found, rows);
  if (ordered.repeatedKey !== undefined) {
    throw inventoryErrors.keyRepeated({ className, key: ordered.repeatedKey.slice(0, 200) });
  }
  return ordered.rows;
}

/** Hash and size of the document whose rows, in canonical order, these are. @throws `inventory.document_too_large` */
export function hashOf(
  found: InventoryClass,
  ordered: readonly InventoryRow[],
): { readonly hash: string; readonly sizeBytes: number } {
  const text = canonicalText(found, ordered);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > DOCUMENT_LIMIT_BYTES) {
    throw inventoryErrors.tooLarge({
      className: found.name,
      sizeBytes,
      limitBytes: DOCUMENT_LIMIT_BYTES,
    });
  }
  return { hash: sha256Hex(text), sizeBytes };
}

/** The class of that name, or the error that names the nearest one. */
export function requireClass(
  name: string,
  error: typeof inventoryErrors.classUnknown,
): InventoryClass {
  const found = inventoryClass(name);
  if (found) return found;
  const near = nearest(
    name.slice(0, 64),
    INVENTORY_CLASSES.map((candidate) => candidate.name),
  );
  const hint = near ? `Did you mean ${near}?` : 'GET inventoryClasses lists them all.';
  throw error({ className: name.slice(0, 64), hint });
}
