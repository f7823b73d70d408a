import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeviceListOptions } from './device-search.ts';
import { deviceTotalQuery, deviceWindowQuery } from './device-windows.ts';

export interface DeviceList {
  /** The list that is to be shown; undefined until the first one is read. */
  readonly options: DeviceListOptions | undefined;
  /** How many devices are in it; undefined until that is known. */
  readonly total: number | undefined;
  readonly error: Error | null;
}

/** The wanted list once its first rows and its length are read, and until then the one before it. */
export function useDeviceList(wanted: DeviceListOptions): DeviceList {
  const [shown, setShown] = useState<DeviceListOptions>();
  const isShown = shown === wanted;
  const first = useQuery({ ...deviceWindowQuery(wanted, 0), enabled: !isShown });
  const wantedTotal = useQuery(deviceTotalQuery(wanted));
  const isKnown = first.data !== undefined && wantedTotal.data !== undefined;
  if (isKnown && !isShown) setShown(wanted);
  const before = useQuery({
    ...deviceTotalQuery(shown ?? wanted),
    enabled: shown !== undefined && !isShown,
  });
  return {
    options: shown,
    total: shown === undefined ? undefined : isShown ? wantedTotal.data : before.data,
    error: (isShown ? null : first.error) ?? wantedTotal.error,
  };
}
