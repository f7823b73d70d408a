import type { DeviceField, ListOptions } from '@moorline/admin-client';
import { client } from '../../app/client.ts';
import { csvRow } from './csv.ts';
import type { DeviceColumn } from './device-columns.tsx';

/** A spreadsheet takes text without this mark for the system's old code page. */
const BYTE_ORDER_MARK = '\ufeff';
const EXPORT_PAGE = 500;

/** Reads every match and hands the browser a CSV file of the given columns. */
export async function exportDevices(
  options: ListOptions<DeviceField>,
  columns: readonly DeviceColumn[],
  progress: { onRows: (count: number) => void; signal: AbortSignal },
): Promise<number> {
  const parts = [BYTE_ORDER_MARK, csvRow(columns.map((column) => column.title))];
  let count = 0;
  const devices = client.devices.iterate({ ...options, top: EXPORT_PAGE, signal: progress.signal });
  for await (const device of devices) {
    parts.push(csvRow(columns.map((column) => column.text(device))));
    if (++count % EXPORT_PAGE === 0) progress.onRows(count);
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `devices-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return count;
}
