import type { EntityDescription, EntityProperty, PropertyType } from '@moorline/codecs/odata';
import { sql } from 'kysely';
import type { ListColumn, ListColumns } from '../../listing/columns.ts';
import type { ManagementAgent } from '../../profile.ts';

type Use = 'filter' | 'sort' | 'search';

function property(
  type: PropertyType,
  uses: readonly Use[],
  options: {
    readonly isNullable?: boolean;
    readonly enumeration?: NonNullable<EntityProperty['enumeration']>;
  } = {},
): EntityProperty {
  return {
    type,
    ...(options.enumeration ? { enumeration: options.enumeration } : {}),
    isNullable: options.isNullable ?? false,
    isFilterable: uses.includes('filter'),
    isSortable: uses.includes('sort'),
    isSearchable: uses.includes('search'),
  };
}

const NULLABLE = { isNullable: true } as const;

// Members are all of Graph's, so that a script's filter on one that no device has finds nothing.
/** Graph's managedDevice as far as it is served; names and types are those of Graph. */
export const MANAGED_DEVICE: EntityDescription = {
  namespace: 'microsoft.graph',
  name: 'managedDevice',
  key: 'id',
  properties: {
    id: property('String', ['filter', 'sort']),
    deviceName: property('String', ['filter', 'sort', 'search'], NULLABLE),
    managedDeviceName: property('String', ['filter', 'sort'], NULLABLE),
    operatingSystem: property('String', ['filter', 'sort'], NULLABLE),
    osVersion: property('String', ['filter', 'sort'], NULLABLE),
    manufacturer: property('String', ['filter', 'sort', 'search'], NULLABLE),
    model: property('String', ['filter', 'sort', 'search'], NULLABLE),
    serialNumber: property('String', ['filter', 'sort', 'search'], NULLABLE),
    managementAgent: property('String', ['filter'], {
      enumeration: {
        name: 'managementAgentType',
        members: [
          'eas',
          'mdm',
          'easMdm',
          'intuneClient',
          'easIntuneClient',
          'configurationManagerClient',
          'configurationManagerClientMdm',
          'configurationManagerClientMdmEas',
          'unknown',
          'jamf',
          'googleCloudDevicePolicyController',
          'microsoft365ManagedMdm',
          'msSense',
          'intuneAosp',
          'google',
          'unknownFutureValue',
        ],
      },
    }),
    managedDeviceOwnerType: property('String', [], {
      enumeration: { name: 'managedDeviceOwnerType', members: ['unknown', 'company', 'personal'] },
    }),
    complianceState: property('String', ['filter'], {
      enumeration: {
        name: 'complianceState',
        members: [
          'unknown',
          'compliant',
          'noncompliant',
          'conflict',
          'error',
          'inGracePeriod',
          'configManager',
        ],
      },
    }),
    deviceRegistrationState: property('String', [], {
      enumeration: {
        name: 'deviceRegistrationState',
        members: [
          'notRegistered',
          'registered',
          'revoked',
          'keyConflict',
          'approvalPending',
          'certificateReset',
          'notRegisteredPendingEnrollment',
          'unknown',
        ],
      },
    }),
    enrolledDateTime: property('DateTimeOffset', ['filter', 'sort']),
    lastSyncDateTime: property('DateTimeOffset', ['filter', 'sort']),
    managementCertificateExpirationDate: property('DateTimeOffset', ['filter', 'sort']),
    physicalMemoryInBytes: property('Int64', ['filter', 'sort']),
    totalStorageSpaceInBytes: property('Int64', ['filter', 'sort']),
    freeStorageSpaceInBytes: property('Int64', ['filter', 'sort']),
    ethernetMacAddress: property('String', ['filter'], NULLABLE),
    wiFiMacAddress: property('String', ['filter'], NULLABLE),
    processorArchitecture: property('String', ['filter'], {
      enumeration: {
        name: 'managedDeviceArchitecture',
        members: ['unknown', 'x86', 'x64', 'arm', 'arM64'],
      },
    }),
    chassisType: property('String', ['filter'], {
      enumeration: {
        name: 'chassisType',
        members: [
          'unknown',
          'desktop',
          'laptop',
          'worksWorkstation',
          'enterpriseServer',
          'phone',
          'tablet',
          'mobileOther',
          'mobileUnknown',
        ],
      },
    }),
    online: property('Boolean', ['filter', 'sort'], NULLABLE),
    clientActivity: property('String', ['filter'], {
      enumeration: { name: 'clientActivity', members: ['active', 'inactive', 'unknown'] },
    }),
    clientVersion: property('String', ['filter', 'sort'], NULLABLE),
    connectorId: property('String', ['filter'], NULLABLE),
    connectorName: property('String', [], NULLABLE),
    notUploaded: property('String', [], NULLABLE),
  },
};

/** A device is active when it was in contact within this time. */
export const ACTIVE_WITHIN_MS: number = 7 * 24 * 3_600_000;

/** The columns behind the properties that a query may use, as of `now`. */
export function deviceColumns(
  agents: { readonly own: ManagementAgent; readonly attached: ManagementAgent },
  now: number,
): ListColumns {
  const name: ListColumn = { kind: 'text', value: sql`name`, key: sql`name_key` };
  const agent = (of: (agent: ManagementAgent) => string): ListColumn => ({
    kind: 'key',
    value: sql`(case when origin is null then ${of(agents.own)}::text else ${of(agents.attached)}::text end collate "C")`,
  });
  const activeSince = new Date(now - ACTIVE_WITHIN_MS).toISOString();
  return {
    id: { kind: 'uuid', value: sql`id` },
    deviceName: name,
    managedDeviceName: name,
    operatingSystem: text('operating_system'),
    osVersion: text('os_version'),
    manufacturer: { kind: 'text', value: sql`manufacturer`, key: sql`manufacturer_key` },
    model: { kind: 'text', value: sql`model`, key: sql`model_key` },
    serialNumber: { kind: 'text', value: sql`serial_number`, key: sql`serial_key` },
    managementAgent: agent((own) => own),
    complianceState: agent(complianceOf),
    enrolledDateTime: { kind: 'time', value: sql`enrolled_at` },
    lastSyncDateTime: { kind: 'time', value: sql`last_contact_at` },
    managementCertificateExpirationDate: { kind: 'time', value: sql`certificate_expires_at` },
    physicalMemoryInBytes: size('physical_memory_bytes'),
    totalStorageSpaceInBytes: size('total_storage_bytes'),
    freeStorageSpaceInBytes: size('free_storage_bytes'),
    ethernetMacAddress: text('ethernet_mac_address'),
    wiFiMacAddress: text('wifi_mac_address'),
    processorArchitecture: { kind: 'key', value: sql`(architecture collate "C")` },
    chassisType: { kind: 'key', value: sql`(chassis_type collate "C")` },
    online: { kind: 'boolean', value: sql`online` },
    clientActivity: {
      kind: 'key',
      value: sql`(case when last_contact_at >= ${activeSince}::timestamptz then 'active' else 'inactive' end collate "C")`,
    },
    clientVersion: text('client_version'),
    connectorId: { kind: 'uuid', value: sql`origin` },
  };
}

/** What Graph says of a device's compliance while it is judged elsewhere, or not at all. */
export function complianceOf(agent: ManagementAgent): 'unknown' | 'configManager' {
  return agent === 'mdm' ? 'unknown' : 'configManager';
}

function text(column: string): ListColumn {
  const value = sql.ref(column);
  return { kind: 'text', value, key: sql`(lower(coalesce(${value}, '')) collate "C")` };
}

// Shown as 0 when it is not known, so compared as 0 too.
function size(column: string): ListColumn {
  return { kind: 'number', value: sql`coalesce(${sql.ref(column)}, 0)` };
}
