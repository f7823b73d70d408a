import { MAX_BULK_DEVICES } from '@moorline/model';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../../app/client.ts';
import type { DeviceListOptions } from './device-search.ts';

const PAGE = 1_000;

/** The devices that something is to be done to, by their ids. */
export interface DeviceSelection {
  readonly ids: ReadonlySet<string>;
  /** Rows are being read to be selected. */
  readonly isReading: boolean;
  readonly error: Error | null;
  toggle(id: string): void;
  /** Adds the rows from one to the other, also those that were never in sight; at most 5,000 in all. */
  addRows(from: number, to: number): void;
  clear(): void;
}

/** A selection in this list; another list begins without one. */
export function useDeviceSelection(options: DeviceListOptions | undefined): DeviceSelection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [isReading, setReading] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const reading = useRef<AbortController>(undefined);
  const latest = useRef(options);
  latest.current = options;
  const [listed, setListed] = useState(options);
  if (listed !== options) {
    setListed(options);
    setIds(new Set());
    setError(null);
    setReading(false);
  }
  useEffect(() => () => reading.current?.abort(), []);

  const add = useCallback((more: readonly string[]) => {
    setIds((present) => new Set([...new Set([...present, ...more])].slice(0, MAX_BULK_DEVICES)));
  }, []);
  const addRows = useCallback(
    (from: number, to: number) => {
      if (!options) return;
      const first = Math.min(from, to);
      const last = Math.min(Math.max(from, to), first + MAX_BULK_DEVICES - 1);
      reading.current?.abort();
      const stop = new AbortController();
      reading.current = stop;
      const { signal } = stop;
      setReading(true);
      setError(null);
      const read = async (): Promise<void> => {
        for (let skip = first; skip <= last; skip += PAGE) {
          const top = Math.min(PAGE, last - skip + 1);
          const page = await client.devices.list({ ...options, select: ['id'], skip, top, signal });
          // Another list is shown by now.
          if (latest.current !== options) return;
          add(page.items.map(({ id }) => id));
          if (page.items.length < top) return;
        }
      };
      read()
        .catch((thrown: unknown) => {
          if (!signal.aborted)
            setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
        })
        .finally(() => {
          if (reading.current === stop) setReading(false);
        });
    },
    [options, add],
  );
  const toggle = useCallback((id: string) => {
    setIds((present) => {
      const next = new Set(present);
      if (!next.delete(id) && next.size < MAX_BULK_DEVICES) next.add(id);
      return next;
    });
  }, []);
  const clear = useCallback(() => {
    reading.current?.abort();
    setReading(false);
    setIds(new Set());
  }, []);
  return { ids, isReading, error, toggle, addRows, clear };
}
