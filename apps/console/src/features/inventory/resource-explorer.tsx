import { makeStyles, tokens } from '@fluentui/react-components';
import { DatabaseSearchRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { EmptyState, Loading } from '../../ui/notices.tsx';
import type { DevicePageSearch } from '../devices/device-page-search.ts';
import { ClassTree } from './class-tree.tsx';
import { ClassView } from './class-view.tsx';
import { InventoryProblem } from './inventory-problem.tsx';
import { inventoryClassesQuery, inventoryOverviewQuery } from './inventory-queries.ts';

/** What the address says of the explorer. */
export type ExplorerSearch = Pick<DevicePageSearch, 'class' | 'day' | 'from' | 'sort' | 'skip'>;

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    gridTemplateColumns: '240px 1fr',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
    '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
});

/** Any class that the device has reported: now, asked of the device, on a past day, or what changed between two. */
export function ResourceExplorer({
  deviceId,
  search,
  onShow,
}: {
  deviceId: string;
  search: ExplorerSearch;
  onShow: (next: ExplorerSearch) => void;
}) {
  const styles = useStyles();
  const overview = useQuery(inventoryOverviewQuery(deviceId));
  const classes = useQuery(inventoryClassesQuery);
  if (overview.isPending || classes.isPending) return <Loading label="Reading the inventory" />;
  const error = overview.error ?? classes.error;
  if (error) {
    return (
      <InventoryProblem
        error={error}
        onRetry={() => {
          void overview.refetch();
          void classes.refetch();
        }}
      />
    );
  }
  const reported = overview.data ?? [];
  const current = reported.find((each) => each.className === search.class) ?? reported[0];
  if (!current) {
    return (
      <EmptyState icon={<DatabaseSearchRegular />} title="No inventory yet">
        The agent sends its first inventory within a minute of enrolling.
      </EmptyState>
    );
  }
  return (
    <div className={styles.frame}>
      <ClassTree
        reported={reported}
        classes={classes.data ?? []}
        current={current.className}
        onSelect={(name) =>
          onShow({
            class: name,
            ...(search.day ? { day: search.day } : {}),
            ...(search.from ? { from: search.from } : {}),
          })
        }
      />
      <ClassView
        key={current.className}
        deviceId={deviceId}
        overview={current}
        declared={classes.data?.find((each) => each.name === current.className)}
        search={{ ...search, class: current.className }}
        onShow={onShow}
      />
    </div>
  );
}
