import { makeStyles, Skeleton, SkeletonItem, Text, tokens } from '@fluentui/react-components';
import type { ManagedDeviceOverview } from '@moorline/contracts/admin';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSession } from '../../app/session.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { MANAGED_BY_NAMES, OS_NOT_TOLD } from '../devices/device-search.ts';
import { ActivityRing, type RingPart } from './activity-ring.tsx';
import { type DeviceBar, DeviceBars } from './device-bars.tsx';

/** Bars of operating systems; the rest is summed. */
const SYSTEMS = 6;
const CONNECTORS = 6;

const useStyles = makeStyles({
  grid: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 300px), 1fr))',
    gap: tokens.spacingHorizontalL,
  },
  quiet: { color: tokens.colorNeutralForeground3 },
  waiting: { display: 'grid', gap: tokens.spacingVerticalL },
});

/** How the devices divide, drawn; every part leads to its devices. */
export function DeviceCharts({ query }: { query: UseQueryResult<ManagedDeviceOverview> }) {
  const styles = useStyles();
  const { authority } = useSession();
  const { data, error, refetch } = query;
  if (error && !data) {
    return (
      <ErrorNotice
        error={error}
        title="The devices could not be counted"
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <div className={styles.grid}>
      <Chart title="Activity" data={data}>
        {(overview) => (
          <ActivityRing parts={activity(overview)} total={overview.enrolledDeviceCount} />
        )}
      </Chart>
      <Chart title="Operating systems" data={data}>
        {(overview) => <DeviceBars bars={systems(overview)} total={overview.enrolledDeviceCount} />}
      </Chart>
      {authority.kind === 'tenant' ? (
        <Chart
          title="Where they are managed"
          data={data}
          aside={<TextLink to="/connectors">Connectors</TextLink>}
        >
          {(overview) => (
            <DeviceBars bars={places(overview)} total={overview.enrolledDeviceCount} />
          )}
        </Chart>
      ) : null}
    </div>
  );
}

function Chart({
  title,
  data,
  aside,
  children,
}: {
  title: string;
  data: ManagedDeviceOverview | undefined;
  aside?: ReactNode;
  children: (overview: ManagedDeviceOverview) => ReactNode;
}) {
  const styles = useStyles();
  return (
    <Section title={title} aside={aside}>
      {data === undefined ? (
        <Skeleton aria-label={`Counting: ${title}`} className={styles.waiting}>
          <SkeletonItem />
          <SkeletonItem />
          <SkeletonItem />
        </Skeleton>
      ) : data.enrolledDeviceCount === 0 ? (
        <Text className={styles.quiet}>No devices yet.</Text>
      ) : (
        children(data)
      )}
    </Section>
  );
}

function activity(overview: ManagedDeviceOverview): readonly RingPart[] {
  const { onlineDeviceCount, activeDeviceCount, inactiveDeviceCount } = overview;
  return [
    { label: 'Online now', count: onlineDeviceCount, tone: 'good', search: { online: 'true' } },
    {
      label: 'Seen within 7 days',
      count: Math.max(0, activeDeviceCount - onlineDeviceCount),
      tone: 'middle',
      search: { online: 'false', activity: 'active' },
    },
    {
      label: 'Inactive for 7 days',
      count: inactiveDeviceCount,
      tone: 'quiet',
      search: { activity: 'inactive' },
    },
  ];
}

function systems(overview: ManagedDeviceOverview): readonly DeviceBar[] {
  const bars = overview.operatingSystems
    .slice(0, SYSTEMS)
    .map(({ operatingSystem, deviceCount }) => ({
      id: operatingSystem ?? '',
      label: operatingSystem === null ? 'Not told' : <Reported text={operatingSystem} />,
      count: deviceCount,
      search: { os: operatingSystem ?? OS_NOT_TOLD },
    }));
  return withRest(bars, overview.enrolledDeviceCount);
}

/** By connector; what this host manages itself by how it is managed. */
function places(overview: ManagedDeviceOverview): readonly DeviceBar[] {
  const own = overview.connectors.find(({ connectorId }) => connectorId === null);
  const attached = overview.connectors.filter(({ connectorId }) => connectorId !== null);
  const bars: DeviceBar[] = attached
    .slice(0, CONNECTORS)
    .map(({ connectorId, connectorName, deviceCount }) => ({
      id: connectorId ?? '',
      label: (
        <>
          {MANAGED_BY_NAMES.configurationManagerClient} <Reported text={connectorName} />
        </>
      ),
      count: deviceCount,
      search: { connector: connectorId ?? '' },
    }));
  if (own) {
    bars.push({
      id: 'own',
      label: `${MANAGED_BY_NAMES.mdm} itself`,
      count: own.deviceCount,
      search: { managedBy: 'mdm' },
    });
  }
  return withRest(bars, overview.enrolledDeviceCount);
}

function withRest(bars: readonly DeviceBar[], total: number): readonly DeviceBar[] {
  const rest = total - bars.reduce((sum, bar) => sum + bar.count, 0);
  return rest > 0 ? [...bars, { id: 'rest', label: 'Others', count: rest }] : bars;
}
