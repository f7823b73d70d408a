import { Button, makeStyles, SearchBox, Text, tokens } from '@fluentui/react-components';
import type { InventoryClassOverview } from '@moorline/admin-client';
import type { InventoryClassAnswer } from '@moorline/contracts/admin';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatInventoryValue, formatNumber, titleOfColumn } from '../../ui/format.ts';
import { Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { InventoryProblem } from './inventory-problem.tsx';
import { EXPLORER_PAGE, inventoryDocumentQuery } from './inventory-queries.ts';
import { Pages } from './pages.tsx';
import type { ExplorerSearch } from './resource-explorer.tsx';

const useStyles = makeStyles({
  frame: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  bar: { display: 'flex', gap: tokens.spacingHorizontalM, alignItems: 'center', flexWrap: 'wrap' },
  search: { width: '260px', maxWidth: '100%' },
  text: { width: 'max-content', maxWidth: '340px', overflowWrap: 'anywhere' },
  head: { minWidth: 'auto', padding: 0, justifyContent: 'start', fontWeight: 'inherit' },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

/** Rows of a class, a page at a time, sorted by the host over all of them. */
export function ClassRows({
  deviceId,
  overview,
  declared,
  search,
  onShow,
}: {
  deviceId: string;
  overview: InventoryClassOverview;
  declared: InventoryClassAnswer | undefined;
  search: ExplorerSearch;
  onShow: (next: ExplorerSearch) => void;
}) {
  const styles = useStyles();
  const [wanted, setWanted] = useState('');
  const { sort, day, skip = 0 } = search;
  const { data, error, isPending, refetch } = useQuery({
    ...inventoryDocumentQuery(deviceId, overview.className, {
      skip,
      top: EXPLORER_PAGE,
      hash: overview.hash,
      day,
      sort,
    }),
    placeholderData: keepPreviousData,
  });
  if (error) return <InventoryProblem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading label="Reading rows" />;
  const masked = new Set(data.maskedColumns ?? []);
  // A class of a newer agent is shown by what its rows hold.
  const columns = (
    declared?.columns ??
    Object.keys(data.rows[0] ?? {}).map((name) => ({ name, type: 'string', description: '' }))
  ).filter(({ name }) => !masked.has(name));
  const needle = wanted.trim().toLowerCase();
  const rows = data.rows.filter(
    (row) =>
      needle === '' ||
      columns.some((column) =>
        formatInventoryValue(row[column.name], column).toLowerCase().includes(needle),
      ),
  );
  const sortBy = (name: string): void => {
    const { skip: _, ...rest } = search;
    onShow({ ...rest, sort: sort === name ? `-${name}` : name });
  };
  return (
    <div className={styles.frame}>
      <div className={styles.bar}>
        <SearchBox
          className={styles.search}
          placeholder={data.rowCount > EXPLORER_PAGE ? 'Search in this page' : 'Search'}
          aria-label="Search in this page"
          value={wanted}
          onChange={(_, event) => setWanted(event.value)}
        />
        {needle === '' ? null : <Text>{formatNumber(rows.length)} found in this page</Text>}
        <Pages
          skip={skip}
          page={EXPLORER_PAGE}
          total={data.rowCount}
          noun="row"
          onPage={(next) => onShow({ ...search, skip: next })}
        />
      </div>
      {masked.size > 0 ? (
        <Text className={styles.quiet}>
          Not shown to your role: {[...masked].map(titleOfColumn).join(', ')}.
        </Text>
      ) : null}
      <RecordTable<Record<string, unknown>>
        label={titleOfColumn(overview.className)}
        records={rows}
        keyOf={(row, index) =>
          declared?.key.length ? JSON.stringify(declared.key.map((key) => row[key])) : String(index)
        }
        columns={columns.map((column) => {
          const sorted =
            sort === column.name
              ? ('ascending' as const)
              : sort === `-${column.name}`
                ? ('descending' as const)
                : undefined;
          return {
            id: column.name,
            sorted,
            title: (
              <Button
                className={styles.head}
                appearance="transparent"
                size="small"
                title={column.description}
                onClick={() => sortBy(column.name)}
              >
                {titleOfColumn(column.name)}
                {sorted === 'ascending' ? ' ↑' : sorted === 'descending' ? ' ↓' : ''}
              </Button>
            ),
            isNumber: column.type === 'int' || column.type === 'real',
            isShort: column.type !== 'string',
            cell: (row) => (
              <div className={column.type === 'string' ? styles.text : undefined}>
                <Reported text={formatInventoryValue(row[column.name], column)} />
              </div>
            ),
          };
        })}
      />
      {data.rowCount === 0 ? <Text>The device has none of these.</Text> : null}
    </div>
  );
}
