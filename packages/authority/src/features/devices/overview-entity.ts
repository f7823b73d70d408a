import type { ComplexType } from '@moorline/codecs/odata';
import { DeviceOperatingSystemSummary } from '@moorline/contracts/admin';
import { MANAGED_DEVICE } from './entity.ts';

const namespace = 'microsoft.graph';
const COUNT = 'Edm.Int32';
const TEXT = { type: 'Edm.String', isNullable: true } as const;

const operatingSystemSummary: ComplexType = {
  namespace,
  name: 'deviceOperatingSystemSummary',
  properties: Object.fromEntries(
    Object.keys(DeviceOperatingSystemSummary.properties).map((count) => [count, COUNT]),
  ),
};
const exchangeAccessStateSummary: ComplexType = {
  namespace,
  name: 'deviceExchangeAccessStateSummary',
  properties: {
    allowedDeviceCount: COUNT,
    blockedDeviceCount: COUNT,
    quarantinedDeviceCount: COUNT,
    unknownDeviceCount: COUNT,
    unavailableDeviceCount: COUNT,
  },
};
const operatingSystemTotal: ComplexType = {
  namespace,
  name: 'operatingSystemTotal',
  properties: { operatingSystem: TEXT, deviceCount: COUNT },
};
const managementAgentTotal: ComplexType = {
  namespace,
  name: 'managementAgentTotal',
  properties: {
    managementAgent: `${namespace}.${MANAGED_DEVICE.properties.managementAgent?.enumeration?.name}`,
    deviceCount: COUNT,
  },
};
const connectorTotal: ComplexType = {
  namespace,
  name: 'connectorTotal',
  properties: {
    connectorId: TEXT,
    connectorName: TEXT,
    deviceCount: COUNT,
    onlineDeviceCount: COUNT,
    activeDeviceCount: COUNT,
  },
};

/** What the overview is made of. */
export const OVERVIEW_TYPES: readonly ComplexType[] = [
  operatingSystemSummary,
  exchangeAccessStateSummary,
  operatingSystemTotal,
  managementAgentTotal,
  connectorTotal,
];

/** Graph's managedDeviceOverview as it is served, for $metadata. */
export const MANAGED_DEVICE_OVERVIEW: ComplexType = {
  namespace,
  name: 'managedDeviceOverview',
  properties: {
    id: 'Edm.String',
    enrolledDeviceCount: COUNT,
    mdmEnrolledCount: COUNT,
    dualEnrolledDeviceCount: COUNT,
    deviceOperatingSystemSummary: typeOf(operatingSystemSummary),
    deviceExchangeAccessStateSummary: {
      type: typeOf(exchangeAccessStateSummary),
      isNullable: true,
    },
    onlineDeviceCount: COUNT,
    activeDeviceCount: COUNT,
    inactiveDeviceCount: COUNT,
    operatingSystems: { type: typeOf(operatingSystemTotal), isCollection: true },
    managementAgents: { type: typeOf(managementAgentTotal), isCollection: true },
    connectors: { type: typeOf(connectorTotal), isCollection: true },
  },
};

function typeOf(complex: ComplexType): string {
  return `${complex.namespace}.${complex.name}`;
}
