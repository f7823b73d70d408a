export const DEVICE_TABS = ['overview', 'hardware', 'explorer', 'collections', 'actions'] as const;
export type DeviceTab = (typeof DEVICE_TABS)[number];

/** What a device's page shows, as its address says it. */
export interface DevicePageSearch {
  readonly tab?: DeviceTab;
  /** Inventory class in the resource explorer. */
  readonly class?: string;
  /** Action whose trail is open. */
  readonly action?: string;
}

export function validateDevicePageSearch(search: Record<string, unknown>): DevicePageSearch {
  const tab = DEVICE_TABS.find((known) => known === search.tab);
  const className =
    typeof search.class === 'string' && /^\w{1,64}$/.test(search.class) ? search.class : undefined;
  const action =
    typeof search.action === 'string' && /^[0-9a-f-]{36}$/.test(search.action)
      ? search.action
      : undefined;
  return {
    ...(tab && tab !== 'overview' ? { tab } : {}),
    ...(className ? { class: className } : {}),
    ...(action ? { action } : {}),
  };
}
