export const DEVICE_TABS = ['overview', 'hardware', 'explorer', 'collections', 'actions'] as const;
export type DeviceTab = (typeof DEVICE_TABS)[number];

/** What a device's page shows, as its address says it. */
export interface DevicePageSearch {
  readonly tab?: DeviceTab;
  /** Inventory class in the resource explorer. */
  readonly class?: string;
  /** Day that it is shown of, `YYYY-MM-DD`; absent: now. */
  readonly day?: string;
  /** Day that it is compared with. */
  readonly from?: string;
  /** Column that rows are sorted by; `-` before it: turned round. */
  readonly sort?: string;
  /** Rows before the page. */
  readonly skip?: number;
  /** Action whose trail is open. */
  readonly action?: string;
}

export function validateDevicePageSearch(search: Record<string, unknown>): DevicePageSearch {
  const tab = DEVICE_TABS.find((known) => known === search.tab);
  const className =
    typeof search.class === 'string' && /^\w{1,64}$/.test(search.class) ? search.class : undefined;
  const dayIn = (value: unknown): string | undefined =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
  const [day, from] = [dayIn(search.day), dayIn(search.from)];
  const sort =
    typeof search.sort === 'string' && /^-?[A-Za-z]\w{0,63}$/.test(search.sort)
      ? search.sort
      : undefined;
  const skip = typeof search.skip === 'number' && search.skip > 0 ? Math.floor(search.skip) : 0;
  const action =
    typeof search.action === 'string' && /^[0-9a-f-]{36}$/.test(search.action)
      ? search.action
      : undefined;
  return {
    ...(tab && tab !== 'overview' ? { tab } : {}),
    ...(className ? { class: className } : {}),
    ...(day ? { day } : {}),
    ...(from ? { from } : {}),
    ...(sort ? { sort } : {}),
    ...(skip > 0 ? { skip } : {}),
    ...(action ? { action } : {}),
  };
}
