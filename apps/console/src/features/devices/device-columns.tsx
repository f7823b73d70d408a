import type { DeviceField } from '@moorline/admin-client';
import type { ManagedDevice } from '@moorline/contracts/admin';
import type { ReactNode } from 'react';
import { formatBytes, formatDateTime, NOT_KNOWN } from '../../ui/format.ts';
import { ListMoment } from '../../ui/moment.tsx';
import { Reported } from '../../ui/reported.tsx';
import { OnlineStatus } from '../../ui/status.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { MANAGED_BY_NAMES, SORTED_FIELDS } from './device-search.ts';
import { isUploaded, NOT_UPLOADED } from './not-uploaded.ts';

const ARCHITECTURES: Readonly<Record<ManagedDevice['processorArchitecture'], string>> = {
  unknown: NOT_KNOWN,
  x86: 'x86',
  x64: 'x64',
  arm: 'ARM',
  arM64: 'ARM64',
};

const CHASSIS: Readonly<Record<ManagedDevice['chassisType'], string>> = {
  unknown: NOT_KNOWN,
  desktop: 'Desktop',
  laptop: 'Laptop',
  enterpriseServer: 'Server',
  tablet: 'Tablet',
  phone: 'Phone',
};

// One element for all rows: a row that takes another device mostly has nothing to draw anew here.
const ONLINE = <OnlineStatus online />;
const OFFLINE = <OnlineStatus online={false} />;

/** A column of the devices list. Sorting and export go by the field of the same id. */
export interface DeviceColumn {
  readonly id: DeviceField;
  readonly title: string;
  readonly width: number;
  readonly isShown: boolean;
  /** The host sorts by it. */
  readonly sorts: boolean;
  readonly cell: (device: ManagedDevice) => ReactNode;
  /** As it is written into an export. */
  readonly text: (device: ManagedDevice) => string;
}

type TextField = {
  [K in DeviceField]: ManagedDevice[K] extends string | null ? K : never;
}[DeviceField];
type Options = { readonly width?: number; readonly isShown?: boolean };

function reported(id: TextField, title: string, options: Options = {}): DeviceColumn {
  return {
    id,
    title,
    width: options.width ?? 160,
    isShown: options.isShown ?? false,
    sorts: SORTED_FIELDS.includes(id),
    cell: (device) => <Reported text={device[id]} />,
    text: (device) => device[id] ?? '',
  };
}

function word(
  id: DeviceField,
  title: string,
  of: (device: ManagedDevice) => string,
  options: Options = {},
): DeviceColumn {
  return {
    id,
    title,
    width: options.width ?? 120,
    isShown: options.isShown ?? false,
    sorts: SORTED_FIELDS.includes(id),
    cell: of,
    text: (device) => {
      const text = of(device);
      return text === NOT_KNOWN ? '' : text;
    },
  };
}

function time(
  id: 'lastSyncDateTime' | 'enrolledDateTime' | 'managementCertificateExpirationDate',
  title: string,
  isShown = false,
): DeviceColumn {
  return {
    id,
    title,
    width: 150,
    isShown,
    sorts: SORTED_FIELDS.includes(id),
    cell: (device) =>
      id === 'lastSyncDateTime' ? <ListMoment at={device[id]} /> : formatDateTime(device[id]),
    text: (device) => device[id],
  };
}

function size(
  id: 'physicalMemoryInBytes' | 'totalStorageSpaceInBytes' | 'freeStorageSpaceInBytes',
  title: string,
): DeviceColumn {
  return {
    id,
    title,
    width: 120,
    isShown: false,
    sorts: SORTED_FIELDS.includes(id),
    cell: (device) => (device[id] === 0 ? NOT_KNOWN : formatBytes(device[id])),
    text: (device) => (device[id] === 0 ? '' : String(device[id])),
  };
}

const COLUMNS: readonly DeviceColumn[] = [
  {
    ...reported('deviceName', 'Device name', { width: 240, isShown: true }),
    text: (device) => device.deviceName ?? device.id,
  },
  {
    id: 'online',
    title: 'Status',
    width: 110,
    isShown: true,
    sorts: true,
    cell: (device) => (device.online ? ONLINE : OFFLINE),
    text: (device) => (device.online ? 'Online' : 'Offline'),
  },
  word('managementAgent', 'Managed by', (device) => MANAGED_BY_NAMES[device.managementAgent], {
    isShown: true,
  }),
  reported('connectorName', 'Site', { width: 120, isShown: true }),
  reported('operatingSystem', 'OS', { width: 140, isShown: true }),
  reported('osVersion', 'OS version', { width: 150, isShown: true }),
  time('lastSyncDateTime', 'Last contact', true),
  word('clientActivity', 'Activity', (device) =>
    device.clientActivity === 'active' ? 'Active' : 'Inactive',
  ),
  reported('manufacturer', 'Manufacturer'),
  reported('model', 'Model', { width: 200, isShown: true }),
  reported('serialNumber', 'Serial number'),
  word('chassisType', 'Chassis', (device) => CHASSIS[device.chassisType]),
  word(
    'processorArchitecture',
    'Architecture',
    (device) => ARCHITECTURES[device.processorArchitecture],
  ),
  size('physicalMemoryInBytes', 'Memory'),
  size('totalStorageSpaceInBytes', 'Storage'),
  size('freeStorageSpaceInBytes', 'Free storage'),
  reported('ethernetMacAddress', 'Ethernet MAC'),
  reported('wiFiMacAddress', 'Wi-Fi MAC'),
  reported('clientVersion', 'Agent version', { width: 130 }),
  time('enrolledDateTime', 'Enrolled'),
  time('managementCertificateExpirationDate', 'Certificate ends'),
];

/** Every column there is, in their order. The first is always shown: it opens the device. */
export const DEVICE_COLUMNS: readonly DeviceColumn[] = COLUMNS.map((column) => ({
  ...column,
  cell: (device) => (isUploaded(device, column.id) ? column.cell(device) : NOT_UPLOADED),
  text: (device) => (isUploaded(device, column.id) ? column.text(device) : ''),
}));

/** What a device is called on the page and in the browser's tab. */
export function deviceTitle(device: {
  readonly deviceName: string | null;
  readonly id: string;
}): string {
  return device.deviceName ? visibleText(device.deviceName) : `Device ${device.id.slice(0, 8)}`;
}

export function architectureName(device: ManagedDevice): string {
  return ARCHITECTURES[device.processorArchitecture];
}

export function chassisName(device: ManagedDevice): string {
  return CHASSIS[device.chassisType];
}
