import {
  allOf,
  compare,
  type DeviceField,
  type Filter,
  type ListOptions,
} from '@moorline/admin-client';

/** Which devices, in which order. */
export type DeviceListOptions = Pick<ListOptions<DeviceField>, 'filter' | 'orderBy' | 'search'>;

/** What the devices list shows, as its address says it: a link to the page is a link to this view. */
export interface DeviceSearch {
  /** Free text. */
  readonly q?: string;
  /** The operating system's name, as devices report it; empty: those that did not. */
  readonly os?: string;
  readonly managedBy?: string;
  readonly online?: string;
  readonly activity?: string;
  /** The id of the connector that devices came through. */
  readonly connector?: string;
  /** A field, with `-` before it for descending. */
  readonly sort?: string;
}

export const MANAGED_BY_NAMES = {
  configurationManagerClient: 'Site',
  mdm: 'Tenant',
  configurationManagerClientMdm: 'Co-managed',
} as const;

/** Stands in `os` for devices that did not tell. */
export const OS_NOT_TOLD = '';

export const DEVICE_FILTERS = {
  managedBy: { title: 'Managed by', choices: MANAGED_BY_NAMES },
  online: { title: 'Status', choices: { true: 'Online', false: 'Offline' } },
  activity: { title: 'Activity', choices: { active: 'Active', inactive: 'Inactive' } },
} as const;
export const DEVICE_FILTER_NAMES = ['managedBy', 'online', 'activity'] as const;

/** Fields that the host sorts by, of those that are columns. */
export const SORTED_FIELDS: readonly DeviceField[] = [
  'deviceName',
  'online',
  'operatingSystem',
  'osVersion',
  'lastSyncDateTime',
  'manufacturer',
  'model',
  'serialNumber',
  'physicalMemoryInBytes',
  'totalStorageSpaceInBytes',
  'freeStorageSpaceInBytes',
  'clientVersion',
  'enrolledDateTime',
  'managementCertificateExpirationDate',
];

const CONNECTOR_ID = /^[0-9a-f-]{36}$/;

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
  const sort =
    typeof search.sort === 'string' && sortedField(search.sort) ? search.sort : undefined;
  const connector =
    typeof search.connector === 'string' && CONNECTOR_ID.test(search.connector)
      ? search.connector
      : undefined;
  const os = typeof search.os === 'string' ? search.os.slice(0, 255) : undefined;
  return {
    ...chosen,
    ...(connector ? { connector } : {}),
    ...(os === undefined ? {} : { os }),
    ...(q ? { q } : {}),
    ...(sort ? { sort } : {}),
  };
}

/** True when something narrows the list. */
export function isNarrowed(search: DeviceSearch): boolean {
  return (
    search.q !== undefined ||
    search.os !== undefined ||
    search.connector !== undefined ||
    DEVICE_FILTER_NAMES.some((name) => search[name] !== undefined)
  );
}

/** The search as the API takes it. A field that cannot be sorted by falls back to the name. */
export function deviceListOptions(search: DeviceSearch): DeviceListOptions {
  return {
    filter: deviceFilter(search),
    orderBy: [
      {
        field: sortedField(search.sort) ?? 'deviceName',
        descending: search.sort?.startsWith('-') ?? false,
      },
    ],
    ...(search.q ? { search: search.q } : {}),
  };
}

function sortedField(sort: string | undefined): DeviceField | undefined {
  const wanted = sort?.replace(/^-/, '');
  return SORTED_FIELDS.find((field) => field === wanted);
}

export function deviceFilter(search: DeviceSearch): Filter | undefined {
  return allOf([
    search.os === undefined
      ? undefined
      : compare('operatingSystem', 'eq', search.os === OS_NOT_TOLD ? null : search.os),
    search.managedBy === undefined ? undefined : compare('managementAgent', 'eq', search.managedBy),
    search.online === undefined ? undefined : compare('online', 'eq', search.online === 'true'),
    search.activity === undefined ? undefined : compare('clientActivity', 'eq', search.activity),
    search.connector === undefined ? undefined : compare('connectorId', 'eq', search.connector),
  ]);
}

/** The address of a device's page. */
export function devicePath(id: string): string {
  return `/devices/${encodeURIComponent(id)}`;
}
