import { Badge, makeStyles, Text, tokens } from '@fluentui/react-components';
import type { InventoryClassAnswer, InventoryDifferenceAnswer } from '@moorline/contracts/admin';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { formatInventoryValue, formatNumber, titleOfColumn } from '../../ui/format.ts';
import { Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { InventoryProblem } from './inventory-problem.tsx';
import { DIFFERENCE_PAGE, inventoryDifferenceQuery } from './inventory-queries.ts';
import { Pages } from './pages.tsx';

type Change = InventoryDifferenceAnswer['changes'][number];

const KINDS = {
  added: { name: 'Added', color: 'success' },
  removed: { name: 'Removed', color: 'danger' },
  changed: { name: 'Changed', color: 'warning' },
} as const;

const useStyles = makeStyles({
  frame: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  bar: { display: 'flex', gap: tokens.spacingHorizontalM, alignItems: 'center', flexWrap: 'wrap' },
  values: { display: 'grid', gap: '2px', overflowWrap: 'anywhere', maxWidth: '560px' },
  column: { color: tokens.colorNeutralForeground3 },
});

/** What changed of a class from one day to another, or until now. */
export function ClassDifference({
  deviceId,
  className,
  hash,
  declared,
  from,
  to,
  skip,
  onPage,
}: {
  deviceId: string;
  className: string;
  hash: string;
  declared: InventoryClassAnswer | undefined;
  from: string;
  to: string | undefined;
  skip: number;
  onPage: (skip: number) => void;
}) {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery({
    ...inventoryDifferenceQuery(deviceId, className, { from, to, skip, hash }),
    placeholderData: keepPreviousData,
  });
  if (error) return <InventoryProblem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading label="Comparing" />;
  const total = data.added + data.removed + data.changed;
  const columnOf = (name: string) =>
    declared?.columns.find((column) => column.name === name) ?? { type: 'string' };
  const textOf = (row: Change['before'], name: string): string =>
    formatInventoryValue(row?.[name], columnOf(name));
  const nameOf = ({ before, after }: Change): string =>
    (declared?.key ?? []).map((name) => textOf(after ?? before, name)).join(' · ') ||
    titleOfColumn(className);
  return (
    <div className={styles.frame}>
      <div className={styles.bar}>
        <Text>
          From the end of {from} {to ? `to the end of ${to}` : 'until now'}:{' '}
          {total === 0
            ? 'nothing differs.'
            : `${formatNumber(data.added)} added, ${formatNumber(data.removed)} removed, ${formatNumber(data.changed)} changed.`}
        </Text>
        {total > 0 ? (
          <Pages skip={skip} page={DIFFERENCE_PAGE} total={total} noun="change" onPage={onPage} />
        ) : null}
      </div>
      {total > 0 ? (
        <RecordTable<Change>
          label={`Changes of ${titleOfColumn(className)}`}
          records={data.changes}
          keyOf={(change) => `${change.kind} ${nameOf(change)}`}
          columns={[
            {
              id: 'kind',
              title: 'Change',
              isShort: true,
              cell: ({ kind }) => (
                <Badge appearance="tint" color={KINDS[kind].color}>
                  {KINDS[kind].name}
                </Badge>
              ),
            },
            {
              id: 'row',
              title: 'Row',
              cell: (change) => (
                <div className={styles.values}>
                  <Reported text={nameOf(change)} />
                </div>
              ),
            },
            {
              id: 'values',
              title: 'Before and after',
              cell: (change) =>
                change.kind === 'changed' ? (
                  <div className={styles.values}>
                    {change.columns.map((name) => (
                      <span key={name}>
                        <span className={styles.column}>{titleOfColumn(name)}: </span>
                        <Reported text={textOf(change.before, name)} /> →{' '}
                        <Reported text={textOf(change.after, name)} />
                      </span>
                    ))}
                  </div>
                ) : null,
            },
          ]}
        />
      ) : null}
    </div>
  );
}
