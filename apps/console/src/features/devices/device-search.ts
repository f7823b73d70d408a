import {
  allOf,
  compare,
  type DeviceField,
  type Filter,
  type ListOptions,
} from '@moorline/admin-client';

/** What the devices list shows, as its address says it: a link to the page is a link to this view. */
export interface DeviceSearch {
  /** Free text. */
  readonly q?: string;
  /** The operating system's name, as devices report it. */
  readonly os?: string;
  readonly managedBy?: string;
  readonly online?: string;
  readonly activity?: string;
  /** A field, with `-` before it for descending. */
  readonly sort?: string;
}

export const DEVICE_FILTERS = {
  managedBy: {
    title: 'Managed by',
    choices: {
      configurationManagerClient: 'Site',
      mdm: 'Tenant',
      configurationManagerClientMdm: 'Co-managed',
    },
  },
  online: { title: 'Status', choices: { true: 'Online', false: 'Offline' } },
  activity: { title: 'Activity', choices: { active: 'Active', inactive: 'Inactive' } },
} as const;
export const DEVICE_FILTER_NAMES = ['managedBy', 'online', 'activity'] as const;

const SORT = /^-?[a-zA-Z]{1,64}$/;

/** The address's query as a search; what it cannot mean is left out. */
export function validateDeviceSearch(search: Record<string, unknown>): DeviceSearch {
  const chosen = Object.fromEntries(
    DEVICE_FILTER_NAMES.flatMap((name) => {
      const value = String(search[name] ?? '');
      return Object.hasOwn(DEVICE_FILTERS[name].choices, value) ? [[name, value]] : [];
    }),
  );
  // A number or a date typed as text comes out of the address as what it looks like.
  const q = search.q === undefined ? '' : String(search.q).slice(0, 200);
  const sort = typeof search.sort === 'string' && SORT.test(search.sort) ? search.sort : undefined;
  const os = typeof search.os === 'string' ? search.os.slice(0, 255) : '';
  return { ...chosen, ...(os ? { os } : {}), ...(q ? { q } : {}), ...(sort ? { sort } : {}) };
}

/** True when something narrows the list. */
export function isNarrowed(search: DeviceSearch): boolean {
  return (
    search.q !== undefined ||
    search.os !== undefined ||
    DEVICE_FILTER_NAMES.some((name) => search[name] !== undefined)
  );
}

/** The search as the API takes it; `sortable` are the fields that may be sorted by. */
export function deviceListOptions(
  search: DeviceSearch,
  sortable: ReadonlySet<DeviceField>,
): ListOptions<DeviceField> {
  const descending = search.sort?.startsWith('-') ?? false;
  const wanted = search.sort?.replace(/^-/, '') ?? 'deviceName';
  const field = [...sortable].find((known) => known === wanted) ?? 'deviceName';
  return {
    filter: deviceFilter(search),
    orderBy: [{ field, descending }],
    ...(search.q ? { search: search.q } : {}),
  };
}

export function deviceFilter(search: DeviceSearch): Filter | undefined {
  return allOf([
    search.os === undefined ? undefined : compare('operatingSystem', 'eq', search.os),
    search.managedBy === undefined ? undefined : compare('managementAgent', 'eq', search.managedBy),
    search.online === undefined ? undefined : compare('online', 'eq', search.online === 'true'),
    search.activity === undefined ? undefined : compare('clientActivity', 'eq', search.activity),
  ]);
}
