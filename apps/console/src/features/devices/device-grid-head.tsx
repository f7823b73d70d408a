import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowDownRegular, ArrowUpRegular } from '@fluentui/react-icons';
import type { DeviceColumn } from './device-columns.tsx';
import { columnFlex } from './device-row.tsx';

export const HEAD_HEIGHT = 40;

const useStyles = makeStyles({
  head: {
    position: 'sticky',
    top: 0,
    zIndex: 1,
    display: 'flex',
    boxSizing: 'border-box',
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    height: `${HEAD_HEIGHT}px`,
  },
  cell: { display: 'flex', alignItems: 'stretch', minWidth: 0, boxSizing: 'border-box' },
  label: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    boxSizing: 'border-box',
    width: '100%',
    padding: `0 ${tokens.spacingHorizontalM}`,
    font: 'inherit',
    fontWeight: tokens.fontWeightSemibold,
    textAlign: 'left',
    color: tokens.colorNeutralForeground2,
    whiteSpace: 'nowrap',
    overflow: 'hidden',
  },
  button: {
    appearance: 'none',
    border: 'none',
    margin: 0,
    background: 'transparent',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
});

export interface GridSort {
  readonly field: string;
  readonly descending: boolean;
}

/** The columns' titles; those that the host sorts by are buttons. */
export function DeviceGridHead({
  columns,
  minWidth,
  sort,
  onSort,
}: {
  columns: readonly DeviceColumn[];
  minWidth: number;
  sort: GridSort;
  onSort: (sort: GridSort) => void;
}) {
  const styles = useStyles();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    <div className={styles.head} role="row" tabIndex={-1} aria-rowindex={1} style={{ minWidth }}>
      {columns.map((column, position) => {
        const isSorted = column.id === sort.field;
        return (
          // biome-ignore lint/a11y/useSemanticElements: see the grid
          // biome-ignore lint/a11y/useFocusableInteractive: its button is what is focused
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={position + 1}
            className={styles.cell}
            style={{ flex: columnFlex(column) }}
            {...(column.sorts
              ? { 'aria-sort': isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none' }
              : {})}
          >
            {column.sorts ? (
              <button
                type="button"
                className={mergeClasses(styles.label, styles.button)}
                onClick={() =>
                  onSort({ field: column.id, descending: isSorted && !sort.descending })
                }
              >
                {column.title}
                {isSorted && !sort.descending ? <ArrowUpRegular aria-hidden="true" /> : null}
                {isSorted && sort.descending ? <ArrowDownRegular aria-hidden="true" /> : null}
              </button>
            ) : (
              <span className={styles.label}>{column.title}</span>
            )}
          </div>
        );
      })}
    </div>
  );
}
