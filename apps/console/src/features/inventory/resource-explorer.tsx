import {
  Button,
  makeStyles,
  mergeClasses,
  SearchBox,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components';
import {
  ChevronLeftRegular,
  ChevronRightRegular,
  DatabaseSearchRegular,
} from '@fluentui/react-icons';
import type { InventoryClassOverview } from '@moorline/admin-client';
import type { InventoryClassAnswer } from '@moorline/contracts/admin';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatInventoryValue, formatNumber, titleOfColumn } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import {
  EXPLORER_PAGE,
  inventoryClassesQuery,
  inventoryDocumentQuery,
  inventoryOverviewQuery,
} from './inventory-queries.ts';

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    gridTemplateColumns: '230px 1fr',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
    '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  classes: {
    listStyle: 'none',
    margin: 0,
    padding: tokens.spacingVerticalXS,
    display: 'grid',
    gap: '2px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    '@media (max-width: 900px)': { display: 'none' },
  },
  choice: { '@media (min-width: 901px)': { display: 'none' } },
  item: {
    appearance: 'none',
    border: 'none',
    margin: 0,
    background: 'transparent',
    font: 'inherit',
    textAlign: 'left',
    boxSizing: 'border-box',
    width: '100%',
    display: 'grid',
    gridTemplateColumns: '1fr auto',
    columnGap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground1,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
  },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  count: { fontVariantNumeric: 'tabular-nums', fontWeight: tokens.fontWeightRegular },
  text: { width: 'max-content', maxWidth: '340px', overflowWrap: 'anywhere' },
  content: { minWidth: 0, display: 'grid', gap: tokens.spacingVerticalM },
  bar: { display: 'flex', gap: tokens.spacingHorizontalM, alignItems: 'center', flexWrap: 'wrap' },
  search: { width: '260px', maxWidth: '100%' },
  pages: {
    marginLeft: 'auto',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
  },
});

/** Any class that the device has reported, row by row. */
export function ResourceExplorer({
  deviceId,
  className,
  onSelect,
}: {
  deviceId: string;
  className: string | undefined;
  onSelect: (className: string) => void;
}) {
  const styles = useStyles();
  const overview = useQuery(inventoryOverviewQuery(deviceId));
  const classes = useQuery(inventoryClassesQuery);
  if (overview.isPending || classes.isPending) return <Loading label="Reading the inventory" />;
  const error = overview.error ?? classes.error;
  if (error) {
    return (
      <ErrorNotice
        error={error}
        title="The inventory could not be read"
        onRetry={() => {
          void overview.refetch();
          void classes.refetch();
        }}
      />
    );
  }
  const reported = overview.data ?? [];
  const current = reported.find((each) => each.className === className) ?? reported[0];
  if (!current) {
    return (
      <EmptyState icon={<DatabaseSearchRegular />} title="No inventory yet">
        The agent sends its first inventory within a minute of enrolling.
      </EmptyState>
    );
  }
  const declared = classes.data?.find((each) => each.name === current.className);
  return (
    <div className={styles.frame}>
      <ul className={styles.classes} aria-label="Inventory classes">
        {reported.map((each) => (
          <li key={each.className}>
            <button
              type="button"
              className={mergeClasses(styles.item, each === current && styles.current)}
              aria-current={each === current ? 'true' : undefined}
              onClick={() => onSelect(each.className)}
            >
              <span>{titleOfColumn(each.className)}</span>
              <span className={styles.count}>{formatNumber(each.rowCount)}</span>
              <span className={styles.quiet}>
                <Moment at={each.collectedAt} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Select
        className={styles.choice}
        aria-label="Inventory class"
        value={current.className}
        onChange={(_, data) => onSelect(data.value)}
      >
        {reported.map((each) => (
          <option key={each.className} value={each.className}>
            {titleOfColumn(each.className)} ({formatNumber(each.rowCount)})
          </option>
        ))}
      </Select>
      <ClassRows
        key={current.className}
        deviceId={deviceId}
        overview={current}
        declared={declared}
      />
    </div>
  );
}

function ClassRows({
  deviceId,
  overview,
  declared,
}: {
  deviceId: string;
  overview: InventoryClassOverview;
  declared: InventoryClassAnswer | undefined;
}) {
  const styles = useStyles();
  const [skip, setSkip] = useState(0);
  const [wanted, setWanted] = useState('');
  const { data, error, isPending, refetch } = useQuery({
    ...inventoryDocumentQuery(deviceId, overview.className, {
      skip,
      top: EXPLORER_PAGE,
      hash: overview.hash,
    }),
    placeholderData: keepPreviousData,
  });
  // A class of a newer agent is shown by what its rows hold.
  const columns =
    declared?.columns ??
    Object.keys(data?.rows[0] ?? {}).map((name) => ({ name, type: 'string', description: '' }));
  const needle = wanted.trim().toLowerCase();
  const rows = (data?.rows ?? []).filter(
    (row) =>
      needle === '' ||
      columns.some((column) =>
        formatInventoryValue(row[column.name], column).toLowerCase().includes(needle),
      ),
  );
  const total = data?.rowCount ?? overview.rowCount;
  return (
    <div className={styles.content}>
      {declared ? <Text className={styles.quiet}>{declared.description}</Text> : null}
      <div className={styles.bar}>
        <SearchBox
          className={styles.search}
          placeholder={total > EXPLORER_PAGE ? 'Search in this page' : 'Search'}
          aria-label="Search in this page"
          value={wanted}
          onChange={(_, event) => setWanted(event.value)}
        />
        <Text className={styles.quiet}>
          Collected <Moment at={overview.collectedAt} />
        </Text>
        <div className={styles.pages}>
          <Text aria-live="polite">{range(skip, rows.length, total, needle !== '')}</Text>
          {total > EXPLORER_PAGE ? (
            <>
              <Button
                appearance="subtle"
                icon={<ChevronLeftRegular />}
                aria-label="Previous page"
                disabledFocusable={skip === 0}
                onClick={() => setSkip(Math.max(0, skip - EXPLORER_PAGE))}
              />
              <Button
                appearance="subtle"
                icon={<ChevronRightRegular />}
                aria-label="Next page"
                disabledFocusable={skip + EXPLORER_PAGE >= total}
                onClick={() => setSkip(skip + EXPLORER_PAGE)}
              />
            </>
          ) : null}
        </div>
      </div>
      {error ? (
        <ErrorNotice
          error={error}
          title="The rows could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {isPending ? <Loading label="Reading rows" /> : null}
      {data ? (
        <RecordTable<Record<string, unknown>>
          label={titleOfColumn(overview.className)}
          records={rows}
          keyOf={(row, index) =>
            declared?.key.length
              ? JSON.stringify(declared.key.map((key) => row[key]))
              : String(index)
          }
          columns={columns.map((column) => ({
            id: column.name,
            title: <span title={column.description}>{titleOfColumn(column.name)}</span>,
            isNumber: column.type === 'int' || column.type === 'real',
            isShort: column.type !== 'string',
            cell: (row) => (
              <div className={column.type === 'string' ? styles.text : undefined}>
                <Reported text={formatInventoryValue(row[column.name], column)} />
              </div>
            ),
          }))}
        />
      ) : null}
    </div>
  );
}

function range(skip: number, shown: number, total: number, isSearched: boolean): string {
  if (isSearched) return `${formatNumber(shown)} found in this page`;
  if (total <= EXPLORER_PAGE) return `${formatNumber(total)} ${total === 1 ? 'row' : 'rows'}`;
  const last = Math.min(total, skip + EXPLORER_PAGE);
  return `${formatNumber(skip + 1)}–${formatNumber(last)} of ${formatNumber(total)}`;
}
