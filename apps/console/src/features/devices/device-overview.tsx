import { makeStyles, Text, tokens } from '@fluentui/react-components';
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
  const management: Fact[] = [
    { term: 'Status', value: <OnlineStatus online={device.online} /> },
    { term: 'Last contact', value: <Moment at={device.lastSyncDateTime} /> },
    { term: 'Activity', value: device.clientActivity === 'active' ? 'Active' : 'Inactive' },
    { term: 'Managed by', value: MANAGED_BY_NAMES[device.managementAgent] },
    ...(device.connectorId === null
      ? []
      : [{ term: 'Site', value: <Reported text={device.connectorName} /> }]),
    { term: 'Agent version', value: <Reported text={device.clientVersion} /> },
    { term: 'Enrolled', value: formatDateTime(device.enrolledDateTime) },
    { term: 'Certificate ends', value: formatDateTime(device.managementCertificateExpirationDate) },
    { term: 'Device id', value: <span className={styles.id}>{device.id}</span> },
  ];
  const system: Fact[] = [
    { term: 'Operating system', value: <Reported text={device.operatingSystem} /> },
    { term: 'OS version', value: <Reported text={device.osVersion} /> },
    { term: 'Manufacturer', value: <Reported text={device.manufacturer} /> },
    { term: 'Model', value: <Reported text={device.model} /> },
    { term: 'Serial number', value: <Reported text={device.serialNumber} /> },
    { term: 'Chassis', value: chassisName(device) },
    { term: 'Architecture', value: architectureName(device) },
    { term: 'Memory', value: bytes(device.physicalMemoryInBytes) },
    {
      term: 'Storage',
      value:
        device.totalStorageSpaceInBytes === 0
          ? NOT_KNOWN
          : `${bytes(device.freeStorageSpaceInBytes)} free of ${bytes(device.totalStorageSpaceInBytes)}`,
    },
    { term: 'Ethernet MAC', value: <Reported text={device.ethernetMacAddress} /> },
    { term: 'Wi-Fi MAC', value: <Reported text={device.wiFiMacAddress} /> },
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
