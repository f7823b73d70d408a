import { Readable } from 'node:stream';
import { csvHeader, csvRecords } from '@moorline/codecs/csv';
import { MoorlineError } from '@moorline/kernel';
import { inventoryClass } from '@moorline/model';
import type { InventoryDocument } from '@moorline/model/ports';
import { inventoryErrors } from './errors.ts';

/** Fewer are asked for when an authority on the way cannot carry as many. */
const PAGE = 1000;
const LEAST_PAGE = 16;
const TOO_LARGE = 'relay.result_too_large';

/**
 * All rows of a document as they come: a page at a time, and nothing is kept. What is wrong with the request is thrown
 * before the first byte; when the document changes on the way the stream breaks, so that no mixture passes for it.
 */
export async function exportInventory(
  read: (skip: number, top: number) => Promise<InventoryDocument>,
  className: string,
  format: 'csv' | 'json',
): Promise<{ readonly stream: Readable; readonly fileName: string }> {
  let top = PAGE;
  const page = async (skip: number): Promise<InventoryDocument> => {
    for (;;) {
      try {
        return await read(skip, top);
      } catch (error) {
        const isTooLarge = error instanceof MoorlineError && error.code === TOO_LARGE;
        if (!isTooLarge || top <= LEAST_PAGE) throw error;
        top = Math.floor(top / 4);
      }
    }
  };
  const first = await page(0);
  const columns =
    inventoryClass(first.className)?.columns.map(({ name }) => name) ??
    Object.keys(first.rows[0] ?? {});

  async function* parts(): AsyncGenerator<string> {
    yield format === 'csv' ? csvHeader(columns) : '[';
    let document = first;
    for (let skip = 0; ; ) {
      const { rows } = document;
      if (format === 'csv') yield csvRecords(columns, rows);
      else if (rows.length > 0) {
        const text = rows.map((row) => JSON.stringify(row)).join(',\n');
        yield skip > 0 ? `,\n${text}` : `\n${text}`;
      }
      skip += rows.length;
      if (rows.length === 0 || skip >= first.rowCount) break;
      document = await page(skip);
      if (document.hash !== first.hash) throw inventoryErrors.changedMeanwhile({ className });
    }
    if (format === 'json') yield '\n]\n';
  }
  const day = first.collectedAt.slice(0, 10);
  const name = first.className.replace(/[^A-Za-z0-9]/g, '').slice(0, 64);
  return { stream: Readable.from(parts()), fileName: `${name}-${day}.${format}` };
}
