import { Link as FluentLink, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowDownRegular, ArrowUpRegular } from '@fluentui/react-icons';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { type ColumnDef, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Reported } from '../../ui/reported.tsx';
import type { DeviceColumn } from './device-columns.tsx';

const ROW_HEIGHT = 40;

const useStyles = makeStyles({
  frame: {
    flexGrow: 1,
    minHeight: '240px',
    overflow: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    position: 'relative',
  },
  head: {
    position: 'sticky',
    top: 0,
    zIndex: 1,
    display: 'flex',
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    height: '40px',
  },
  headCell: { display: 'flex', alignItems: 'stretch', fontWeight: tokens.fontWeightSemibold },
  headButton: {
    appearance: 'none',
    border: 'none',
    margin: 0,
    background: 'transparent',
    font: 'inherit',
    textAlign: 'left',
    boxSizing: 'border-box',
    width: '100%',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    padding: `0 ${tokens.spacingHorizontalM}`,
    color: tokens.colorNeutralForeground2,
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  sorts: {
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  row: {
    position: 'absolute',
    left: 0,
    top: 0,
    display: 'flex',
    alignItems: 'center',
    height: `${ROW_HEIGHT}px`,
    boxSizing: 'border-box',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  cell: {
    boxSizing: 'border-box',
    padding: `0 ${tokens.spacingHorizontalM}`,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
});

const features = tableFeatures({ rowSortingFeature });

export interface DeviceGridProps {
  readonly devices: readonly ManagedDevice[];
  readonly columns: readonly DeviceColumn[];
  /** How many match in all, loaded or not. */
  readonly total: number;
  readonly sort: { readonly field: string; readonly descending: boolean };
  readonly onSort: (sort: { field: string; descending: boolean }) => void;
  readonly onOpen: (device: ManagedDevice) => void;
  readonly hrefOf: (device: ManagedDevice) => string;
  /** Called when the end of what is loaded comes near. */
  readonly onNearEnd: () => void;
}

/** The devices as a grid of which only the rows in sight exist. Arrow keys move, Enter opens. */
export function DeviceGrid(props: DeviceGridProps) {
  const { devices, columns, total, sort, onSort, onOpen, hrefOf, onNearEnd } = props;
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const data = useMemo(() => [...devices], [devices]);
  const definitions = useMemo(
    () =>
      columns.map(
        (column): ColumnDef<typeof features, ManagedDevice> => ({
          id: column.id,
          accessorFn: (device) => device[column.id],
          header: column.title,
          enableSorting: column.sorts,
        }),
      ),
    [columns],
  );
  const table = useTable({
    features,
    data,
    columns: definitions,
    getRowId: (device) => device.id,
    manualSorting: true,
    enableMultiSort: false,
    enableSortingRemoval: false,
    state: { sorting: [{ id: sort.field, desc: sort.descending }] },
    onSortingChange: (update) => {
      const next =
        typeof update === 'function' ? update([{ id: sort.field, desc: sort.descending }]) : update;
      const first = next[0];
      if (first) onSort({ field: first.id, descending: first.desc });
    },
  });
  const rows = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollPaddingStart: 40,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length < total && lastShown >= rows.length - 30) onNearEnd();
  }, [rows.length, total, lastShown, onNearEnd]);

  const byId = new Map(columns.map((column) => [column.id as string, column]));
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const grow = (id: string): string => {
    const size = byId.get(id)?.width ?? 120;
    return `${size} 0 ${size}px`;
  };
  const focusRow = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setCurrent(next);
    virtualizer.scrollToIndex(next);
    // The row may only come to exist with the scrolling.
    requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 400) / ROW_HEIGHT) - 2);
    const target = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      focusRow(target);
    } else if (event.key === 'Enter' && event.target === event.currentTarget) {
      const device = rows[current]?.original;
      if (device) onOpen(device);
    }
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: rows outside of the window do not exist, which a table element cannot say
    <div
      ref={frame}
      className={styles.frame}
      role="grid"
      aria-label="Devices"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      tabIndex={-1}
    >
      {table.getHeaderGroups().map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid
        <div
          key={group.id}
          className={styles.head}
          role="row"
          tabIndex={-1}
          aria-rowindex={1}
          style={{ minWidth: width }}
        >
          {group.headers.map((header) => {
            const column = byId.get(header.column.id);
            const sorted = header.column.getIsSorted();
            return (
              // biome-ignore lint/a11y/useSemanticElements: see the grid
              // biome-ignore lint/a11y/useFocusableInteractive: its button is what is focused
              <div
                key={header.id}
                role="columnheader"
                className={styles.headCell}
                style={{ flex: grow(header.column.id) }}
                aria-sort={
                  sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'
                }
              >
                <button
                  type="button"
                  className={mergeClasses(styles.headButton, column?.sorts && styles.sorts)}
                  disabled={!column?.sorts}
                  onClick={() => header.column.toggleSorting(sorted === 'asc')}
                >
                  {column?.title}
                  {sorted === 'asc' ? <ArrowUpRegular aria-hidden="true" /> : null}
                  {sorted === 'desc' ? <ArrowDownRegular aria-hidden="true" /> : null}
                </button>
              </div>
            );
          })}
        </div>
      ))}
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative', minWidth: width }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const device = row.original;
          return (
            // biome-ignore lint/a11y/useSemanticElements: see the grid
            <div
              key={item.key}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className={styles.row}
              style={{ transform: `translateY(${item.start}px)`, width: '100%', minWidth: width }}
              tabIndex={item.index === Math.min(current, rows.length - 1) ? 0 : -1}
              onFocus={() => setCurrent(item.index)}
              onKeyDown={onKeyDown}
              onClick={() => onOpen(device)}
            >
              {row.getAllCells().map((cell, index) => (
                // biome-ignore lint/a11y/useSemanticElements: see the grid
                // biome-ignore lint/a11y/useFocusableInteractive: rows are what the keys move between
                <div
                  key={cell.id}
                  role="gridcell"
                  className={styles.cell}
                  style={{ flex: grow(cell.column.id) }}
                >
                  {index === 0 ? (
                    <FluentLink
                      href={hrefOf(device)}
                      tabIndex={-1}
                      onClick={(event) => {
                        event.stopPropagation();
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                        event.preventDefault();
                        onOpen(device);
                      }}
                    >
                      {device.deviceName ? <Reported text={device.deviceName} /> : device.id}
                    </FluentLink>
                  ) : (
                    byId.get(cell.column.id)?.cell(device)
                  )}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
