import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { DeviceField } from '@moorline/admin-client';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { formatBytes, formatDateTime, NOT_KNOWN } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { OnlineStatus } from '../../ui/status.tsx';
import { DeviceActions } from '../actions/device-actions.tsx';
import { architectureName, chassisName } from './device-columns.tsx';
import { MANAGED_BY_NAMES } from './device-search.ts';
import { isUploaded, NOT_UPLOADED } from './not-uploaded.ts';

const useStyles = makeStyles({
  grid: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalL,
  },
  id: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** The essentials, from the device's summary: they are here also while its site is away. */
export function DeviceOverview({
  device,
  onOpenTrail,
}: {
  device: ManagedDevice;
  onOpenTrail: (actionId: string) => void;
}) {
  const styles = useStyles();
  const bytes = (value: number): string => (value === 0 ? NOT_KNOWN : formatBytes(value));
  const fact = (field: DeviceField, term: string, value: Fact['value']): Fact => ({
    term,
    value: isUploaded(device, field) ? value : NOT_UPLOADED,
  });
  const management: Fact[] = [
    fact('online', 'Status', <OnlineStatus online={device.online === true} />),
    fact('lastSyncDateTime', 'Last contact', <Moment at={device.lastSyncDateTime} />),
    fact('clientActivity', 'Activity', device.clientActivity === 'active' ? 'Active' : 'Inactive'),
    { term: 'Managed by', value: MANAGED_BY_NAMES[device.managementAgent] },
    ...(device.connectorId === null
      ? []
      : [{ term: 'Site', value: <Reported text={device.connectorName} /> }]),
    fact('clientVersion', 'Agent version', <Reported text={device.clientVersion} />),
    { term: 'Enrolled', value: formatDateTime(device.enrolledDateTime) },
    fact(
      'managementCertificateExpirationDate',
      'Certificate ends',
      formatDateTime(device.managementCertificateExpirationDate),
    ),
    { term: 'Device id', value: <span className={styles.id}>{device.id}</span> },
  ];
  const system: Fact[] = [
    fact('operatingSystem', 'Operating system', <Reported text={device.operatingSystem} />),
    fact('osVersion', 'OS version', <Reported text={device.osVersion} />),
    fact('manufacturer', 'Manufacturer', <Reported text={device.manufacturer} />),
    fact('model', 'Model', <Reported text={device.model} />),
    fact('serialNumber', 'Serial number', <Reported text={device.serialNumber} />),
    fact('chassisType', 'Chassis', chassisName(device)),
    fact('processorArchitecture', 'Architecture', architectureName(device)),
    fact('physicalMemoryInBytes', 'Memory', bytes(device.physicalMemoryInBytes)),
    fact(
      'totalStorageSpaceInBytes',
      'Storage',
      device.totalStorageSpaceInBytes === 0
        ? NOT_KNOWN
        : `${bytes(device.freeStorageSpaceInBytes)} free of ${bytes(device.totalStorageSpaceInBytes)}`,
    ),
    fact('ethernetMacAddress', 'Ethernet MAC', <Reported text={device.ethernetMacAddress} />),
    fact('wiFiMacAddress', 'Wi-Fi MAC', <Reported text={device.wiFiMacAddress} />),
  ];
  return (
    <div className={styles.grid}>
      <Section title="Management">
        <Facts facts={management} />
      </Section>
      <Section title="System">
        <Facts facts={system} />
      </Section>
      <div>
        <Text as="h2" size={400} weight="semibold" block style={{ margin: '0 0 12px' }}>
          Recent actions
        </Text>
        <DeviceActions deviceId={device.id} onOpenTrail={onOpenTrail} limit={5} />
      </div>
    </div>
  );
}
