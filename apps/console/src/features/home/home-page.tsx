import { makeStyles, tokens } from '@fluentui/react-components';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { actionCountQuery } from '../actions/action-queries.ts';
import { deviceOverviewQuery } from '../devices/device-queries.ts';
import { CloudAttachSummary, ConnectorsSummary } from './attachment-summary.tsx';
import { DeviceCharts } from './device-charts.tsx';
import { GettingStarted } from './getting-started.tsx';
import { RecentActions } from './recent-actions.tsx';
import { RecentEvents } from './recent-events.tsx';
import { Tile } from './tile.tsx';

const useStyles = makeStyles({
  tiles: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 130px), 1fr))',
    gap: tokens.spacingHorizontalL,
    '@media (max-width: 640px)': { gap: tokens.spacingHorizontalM },
  },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 1fr)',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
    '@media (max-width: 1100px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  stack: { display: 'grid', gap: tokens.spacingVerticalL, minWidth: 0 },
});

/** How the fleet stands, at a glance; what to do first, while it is empty. */
export function HomePage() {
  const styles = useStyles();
  const { authority, permissions } = useSession();
  const overview = useQuery(deviceOverviewQuery);
  const pending = useQuery(actionCountQuery('pending'));
  const failed = useQuery(actionCountQuery('failed'));
  const { data } = overview;
  const of = (count: number | undefined): number | null | undefined =>
    data === undefined && overview.isError ? null : count;
  return (
    <Page title="Home" badges={<LiveBadge />}>
      {data?.enrolledDeviceCount === 0 ? <GettingStarted /> : null}
      <div className={styles.tiles}>
        <Tile to="/devices" search={{}} label="Devices" count={of(data?.enrolledDeviceCount)} />
        <Tile
          to="/devices"
          search={{ online: 'true' }}
          label="Online now"
          count={of(data?.onlineDeviceCount)}
        />
        <Tile
          to="/devices"
          search={{ activity: 'inactive' }}
          label="Inactive for 7 days"
          count={of(data?.inactiveDeviceCount)}
        />
        <Tile
          to="/actions"
          search={{ view: 'pending' }}
          label="Actions under way"
          count={countOf(pending)}
        />
        <Tile
          to="/actions"
          search={{ view: 'failed' }}
          label="Failed in 7 days"
          count={countOf(failed)}
          isBad
        />
      </div>
      <DeviceCharts query={overview} />
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Section
            title="Recent actions"
            aside={
              <TextLink to="/actions" search={{}}>
                All actions
              </TextLink>
            }
          >
            <RecentActions />
          </Section>
          {permissions.includes('audit.read') ? <RecentEvents /> : null}
        </div>
        {permissions.includes('connectors.read') ? (
          authority.kind === 'tenant' ? (
            <ConnectorsSummary />
          ) : (
            <CloudAttachSummary />
          )
        ) : null}
      </div>
    </Page>
  );
}

function countOf(query: UseQueryResult<number>): number | null | undefined {
  return query.data ?? (query.isError ? null : undefined);
}
