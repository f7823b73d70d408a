import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { HistoryRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { formatNumber } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { FilterPill } from '../devices/filter-pill.tsx';
import { actionViewQuery } from './action-queries.ts';
import { ActionsTable } from './actions-table.tsx';
import { BulkList } from './bulk-list.tsx';

const useStyles = makeStyles({
  bar: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS, flexWrap: 'wrap' },
  count: { color: tokens.colorNeutralForeground2, marginLeft: 'auto' },
});

const VIEWS = { pending: 'Under way', failed: 'Failed in 7 days' } as const;
const EMPTY = {
  all: ['No actions yet', 'Open a device and choose “Sync machine policy” to see one run.'],
  pending: ['Nothing is under way', 'Every action that was asked for has come to its end.'],
  failed: ['Nothing failed', 'No action failed, expired or was refused within 7 days.'],
} as const;

const route = getRouteApi('/inside/actions');

/** Actions of all devices, newest first. */
export function ActionsPage() {
  const styles = useStyles();
  const { view = 'all' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(actionViewQuery(view));
  const actions = query.data?.pages.flatMap((page) => page.items) ?? [];
  const count = query.data?.pages[0]?.count;
  const [emptyTitle, emptyText] = EMPTY[view];
  return (
    <Page
      title="Device actions"
      badges={<LiveBadge />}
      intro="What devices were asked to do, and how far it came. An action opens its trail, hop by hop."
    >
      <div className={styles.bar}>
        <FilterPill
          title="State"
          choices={VIEWS}
          value={view === 'all' ? undefined : view}
          onChange={(next) =>
            void navigate({
              search: next === 'pending' || next === 'failed' ? { view: next } : {},
              replace: true,
            })
          }
        />
        {count === undefined ? null : (
          <Text className={styles.count} aria-live="polite">
            {formatNumber(count)} {count === 1 ? 'action' : 'actions'}
          </Text>
        )}
      </div>
      <BulkList />
      {query.isPending ? <Loading label="Reading actions" /> : null}
      {query.error ? (
        <ErrorNotice
          error={query.error}
          title="The actions could not be read"
          onRetry={() => void query.refetch()}
        />
      ) : null}
      {query.data && actions.length === 0 ? (
        <EmptyState icon={<HistoryRegular />} title={emptyTitle}>
          {emptyText}
        </EmptyState>
      ) : null}
      {actions.length > 0 ? <ActionsTable label="Device actions" actions={actions} /> : null}
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {query.isFetchingNextPage ? 'Reading…' : 'Show older actions'}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
