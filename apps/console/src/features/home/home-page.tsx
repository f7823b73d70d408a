import { makeStyles, tokens } from '@fluentui/react-components';
import { compare } from '@moorline/admin-client';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { deviceCountQuery } from '../devices/device-queries.ts';
import { CloudAttachSummary, ConnectorsSummary } from './attachment-summary.tsx';
import { CountTile } from './count-tile.tsx';
import { GettingStarted } from './getting-started.tsx';
import { RecentActions } from './recent-actions.tsx';

const useStyles = makeStyles({
  tiles: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))',
    gap: tokens.spacingHorizontalL,
  },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 1fr)',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
    '@media (max-width: 1100px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
});

const ONLINE = compare('online', 'eq', true);
const OFFLINE = compare('online', 'eq', false);
const INACTIVE = compare('clientActivity', 'eq', 'inactive');

/** How the fleet stands, at a glance; what to do first, while it is empty. */
export function HomePage() {
  const styles = useStyles();
  const { authority, permissions } = useSession();
  const total = useQuery(deviceCountQuery());
  const online = useQuery(deviceCountQuery(ONLINE));
  const offline = useQuery(deviceCountQuery(OFFLINE));
  const inactive = useQuery(deviceCountQuery(INACTIVE));
  return (
    <Page title="Home" badges={<LiveBadge />}>
      {total.data === 0 ? <GettingStarted /> : null}
      <div className={styles.tiles}>
        <CountTile label="Devices" query={total} search={{}} />
        <CountTile label="Online" query={online} search={{ online: 'true' }} />
        <CountTile label="Offline" query={offline} search={{ online: 'false' }} />
        <CountTile label="Inactive for 7 days" query={inactive} search={{ activity: 'inactive' }} />
      </div>
      <div className={styles.columns}>
        <Section title="Recent actions">
          <RecentActions />
        </Section>
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
