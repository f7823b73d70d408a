import {
  type DeviceSummary,
  type InventoryRow,
  SUMMARY_CLASSES,
  SUMMARY_FIELDS,
  type SummaryClass,
  summarize,
} from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import type { SummaryChange } from '../devices/index.ts';
import type { Judged } from './judge-documents.ts';
import { readRows } from './store.ts';

type Rows = Partial<Record<SummaryClass, readonly InventoryRow[]>>;

/**
 * What the documents that changed, and are written already, say anew of their devices. A field that two classes have a
 * say in takes the other class as it is stored: only for those anything is read.
 */
export async function summaryChanges(
  tx: Transaction,
  judged: readonly Judged[],
): Promise<readonly SummaryChange[]> {
  const changes = judged.flatMap(({ deviceId, changed }) => {
    const rows = summaryRows(changed);
    const fields = fieldsOf(rows);
    return fields.length > 0 ? [{ id: deviceId, rows, fields }] : [];
  });
  const missing = changes.flatMap(({ id, rows, fields }) =>
    SUMMARY_CLASSES.filter(
      (name) => !rows[name] && SUMMARY_FIELDS[name].some((field) => fields.includes(field)),
    ).map((className) => ({ deviceId: id, className, rows })),
  );
  const found = await readRows(tx, missing);
  for (const [at, { className, rows }] of missing.entries()) {
    const stored = found.get(at);
    if (stored) rows[className] = stored;
  }
  return changes.map(({ id, rows, fields }) => ({ id, summary: summarize(rows), fields }));
}

function summaryRows(changed: Judged['changed']): Rows {
  const rows: Rows = {};
  for (const document of changed) {
    const name = SUMMARY_CLASSES.find((candidate) => candidate === document.className);
    if (name) rows[name] = document.rows;
  }
  return rows;
}

function fieldsOf(rows: Rows): readonly (keyof DeviceSummary)[] {
  const classes = SUMMARY_CLASSES.filter((name) => rows[name]);
  return [...new Set(classes.flatMap((name) => SUMMARY_FIELDS[name]))];
}
