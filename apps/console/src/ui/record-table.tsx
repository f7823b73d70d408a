import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  frame: {
    overflowX: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  bare: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', width: '100%', fontSize: tokens.fontSizeBase300 },
  head: {
    textAlign: 'left',
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    whiteSpace: 'nowrap',
  },
  cell: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    verticalAlign: 'middle',
    textAlign: 'left',
    height: '28px',
  },
  row: { ':last-child td': { borderBottom: 'none' } },
  hover: { ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover } },
  number: { textAlign: 'right', fontVariantNumeric: 'tabular-nums' },
  nowrap: { whiteSpace: 'nowrap' },
});

export interface RecordColumn<T> {
  readonly id: string;
  readonly title: ReactNode;
  readonly cell: (record: T) => ReactNode;
  readonly isNumber?: boolean;
  /** Kept on one line: times, states, versions. */
  readonly isShort?: boolean;
  readonly minWidth?: string;
  /** How the rows are sorted by it; absent: they are not. */
  readonly sorted?: 'ascending' | 'descending' | undefined;
}

/** A plain table of a list that fits on a page; wider than the window, it scrolls in its frame. */
export function RecordTable<T>({
  label,
  columns,
  records,
  keyOf,
  isBare = false,
}: {
  label: string;
  columns: readonly RecordColumn<T>[];
  records: readonly T[];
  keyOf: (record: T, index: number) => string;
  /** Without a frame: it stands in a card already. */
  isBare?: boolean;
}) {
  const styles = useStyles();
  const classOf = (column: RecordColumn<T>, isHead: boolean): string =>
    mergeClasses(
      styles.cell,
      isHead && styles.head,
      column.isNumber && styles.number,
      column.isShort && styles.nowrap,
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={isBare ? styles.bare : styles.frame} aria-label={label} tabIndex={0}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                aria-sort={column.sorted}
                className={classOf(column, true)}
                style={column.minWidth ? { minWidth: column.minWidth } : undefined}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((record, index) => (
            <tr key={keyOf(record, index)} className={mergeClasses(styles.row, styles.hover)}>
              {columns.map((column) => (
                <td key={column.id} className={classOf(column, false)}>
                  {column.cell(record)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
