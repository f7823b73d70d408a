import type { ManagementAgent } from '../../../profile.ts';
import { ACTIVE_WITHIN_MS, complianceOf } from '../entity.ts';
import type {
  BooleanColumn,
  DeviceColumns,
  DictionaryColumn,
  NumberColumn,
  TextColumn,
} from './device-table.ts';
import { microsecondsOf } from './time.ts';

/** What stands behind a property that a query names: the counterpart of `deviceColumns`, and its equal. */
export type DirectoryProperty =
  | { readonly kind: 'id' }
  | { readonly kind: 'origin'; readonly column: DictionaryColumn }
  /** `isFolded`: compared in PostgreSQL's lower case. */
  | {
      readonly kind: 'text';
      readonly column: TextColumn | DictionaryColumn;
      readonly isFolded: boolean;
    }
  | { readonly kind: 'number' | 'time'; readonly column: NumberColumn }
  | { readonly kind: 'boolean'; readonly column: BooleanColumn }
  /** One of two texts: the second for devices that come through a connector. */
  | { readonly kind: 'byOrigin'; readonly own: string; readonly attached: string }
  /** One of two texts: the second for devices whose time is before `since`. */
  | {
      readonly kind: 'bySince';
      readonly since: number;
      readonly from: string;
      readonly before: string;
    };

/** As of `now`; a name that is no property that a query may use is a bug of the caller. */
export function directoryProperty(
  name: string,
  columns: DeviceColumns,
  context: {
    readonly agents: { readonly own: ManagementAgent; readonly attached: ManagementAgent };
    readonly now: number;
  },
): DirectoryProperty {
  const { agents, now } = context;
  const text = (column: TextColumn | DictionaryColumn): DirectoryProperty => ({
    kind: 'text',
    column,
    isFolded: true,
  });
  const key = (column: DictionaryColumn): DirectoryProperty => ({
    kind: 'text',
    column,
    isFolded: false,
  });
  const number = (column: NumberColumn): DirectoryProperty => ({ kind: 'number', column });
  const time = (column: NumberColumn): DirectoryProperty => ({ kind: 'time', column });
  switch (name) {
    case 'id':
      return { kind: 'id' };
    case 'deviceName':
    case 'managedDeviceName':
      return text(columns.name);
    case 'operatingSystem':
      return text(columns.operatingSystem);
    case 'osVersion':
      return text(columns.osVersion);
    case 'manufacturer':
      return text(columns.manufacturer);
    case 'model':
      return text(columns.model);
    case 'serialNumber':
      return text(columns.serialNumber);
    case 'managementAgent':
      return { kind: 'byOrigin', own: agents.own, attached: agents.attached };
    case 'complianceState':
      return {
        kind: 'byOrigin',
        own: complianceOf(agents.own),
        attached: complianceOf(agents.attached),
      };
    case 'enrolledDateTime':
      return time(columns.enrolledAt);
    case 'lastSyncDateTime':
      return time(columns.lastContactAt);
    case 'managementCertificateExpirationDate':
      return time(columns.certificateExpiresAt);
    case 'physicalMemoryInBytes':
      return number(columns.physicalMemoryBytes);
    case 'totalStorageSpaceInBytes':
      return number(columns.totalStorageBytes);
    case 'freeStorageSpaceInBytes':
      return number(columns.freeStorageBytes);
    case 'ethernetMacAddress':
      return text(columns.ethernetMacAddress);
    case 'wiFiMacAddress':
      return text(columns.wifiMacAddress);
    case 'processorArchitecture':
      return key(columns.architecture);
    case 'chassisType':
      return key(columns.chassisType);
    case 'online':
      return { kind: 'boolean', column: columns.online };
    case 'clientActivity':
      return {
        kind: 'bySince',
        since: microsecondsOf(now - ACTIVE_WITHIN_MS),
        from: 'active',
        before: 'inactive',
      };
    case 'clientVersion':
      return text(columns.clientVersion);
    case 'connectorId':
      return { kind: 'origin', column: columns.origin };
    default:
      throw new TypeError(`no column behind the property ${name}`);
  }
}
