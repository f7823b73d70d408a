import { makeStyles, tokens } from '@fluentui/react-components';
import type { ManagedDevice } from '@moorline/contracts/admin';
import {
  type KeyboardEvent,
  type MouseEvent,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { ErrorNotice } from '../../ui/notices.tsx';
import type { DeviceColumn } from './device-columns.tsx';
import { DeviceGridHead, type GridSort, HEAD_HEIGHT } from './device-grid-head.tsx';
import { DeviceRow } from './device-row.tsx';
import type { DeviceListOptions } from './device-search.ts';
import type { DeviceSelection } from './device-selection.ts';
import { ROW_HEIGHT, scrollHeight } from './row-geometry.ts';
import { useDeviceRows } from './use-device-rows.ts';
import { useRowScroll } from './use-row-scroll.ts';

/** Rows that are drawn above and below those in sight, so that a fast finger finds them there. */
const SPARE_ROWS = 8;

const useStyles = makeStyles({
  frame: {
    flexGrow: 1,
    minHeight: '240px',
    overflow: 'auto',
    // Rows come and go above what is seen: the browser must not scroll to make up for it.
    overflowAnchor: 'none',
    contain: 'strict',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    position: 'relative',
    ':focus': { outline: 'none' },
    ':focus-visible [data-current]': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
  },
  list: {
    position: 'relative',
    // Where the browser scrolls ahead of the drawing, rows are to be seen as rows.
    backgroundImage: `linear-gradient(to top, ${tokens.colorNeutralStroke3} 1px, transparent 1px)`,
    backgroundSize: `100% ${ROW_HEIGHT}px`,
  },
  base: { position: 'absolute', left: 0, right: 0 },
});

/** Where one was in a list. */
export interface GridPosition {
  /** Pixels of the list above the frame. */
  readonly offset: number;
  readonly current: number;
}

export interface DeviceGridProps {
  readonly options: DeviceListOptions;
  readonly columns: readonly DeviceColumn[];
  /** How many match in all; most of them are never read. */
  readonly total: number;
  /** Another list is being read, and takes the place of this one. */
  readonly isBusy: boolean;
  readonly sort: GridSort;
  readonly onSort: (sort: GridSort) => void;
  readonly onOpen: (device: ManagedDevice) => void;
  readonly selection: DeviceSelection;
  readonly start: GridPosition | undefined;
  readonly onLeave: (position: GridPosition) => void;
}

/**
 * The devices as a grid with a scrollbar for all of them, of which only the rows in sight exist. The keys move a
 * current row, Enter opens it, the space bar selects it, and with Shift they select on the way; the focus stays with the grid, since rows come and go.
 */
export function DeviceGrid(props: DeviceGridProps) {
  const { options, columns, total, isBusy, sort, onSort, onOpen, selection, start, onLeave } =
    props;
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const gridId = useId();
  const [wanted, setCurrent] = useState(start?.current ?? 0);
  const current = Math.max(0, Math.min(total - 1, wanted));
  const scroll = useRowScroll(frame, total, HEAD_HEIGHT);
  const { sight, base } = scroll;
  const rows = useDeviceRows(options, total, sight);

  const shown = useRef<DeviceListOptions>(undefined);
  // Another list begins at its top; one that is come back to, where it was left.
  useLayoutEffect(() => {
    if (shown.current === options) return;
    if (shown.current !== undefined) setCurrent(0);
    scroll.scrollTo(shown.current === undefined ? (start?.offset ?? 0) : 0);
    shown.current = options;
  });
  const leaving = useRef<() => void>(() => {});
  leaving.current = () => onLeave({ offset: scroll.offset(), current });
  useLayoutEffect(() => () => leaving.current(), []);

  const minWidth = useMemo(() => columns.reduce((sum, { width }) => sum + width, 0), [columns]);
  const first = Math.max(0, sight.first - SPARE_ROWS);
  const last = Math.min(total - 1, sight.last + SPARE_ROWS);
  // A row's element becomes that of a row as many further on: their number stays as it is.
  const slots = scroll.page + 2 + 2 * SPARE_ROWS;
  const isSelected = (device: ManagedDevice | undefined): boolean =>
    device !== undefined && selection.ids.has(device.id);
  const rowId = (index: number): string => `${gridId}-${index}`;

  const move = (index: number): void => {
    const next = Math.max(0, Math.min(total - 1, index));
    setCurrent(next);
    scroll.show(next);
    frame.current?.focus({ preventScroll: true });
  };
  // Where a range begins: the row that was selected last by itself.
  const anchor = useRef(0);
  const toggle = (index: number): void => {
    const device = rows.at(index);
    if (!device) return;
    anchor.current = index;
    selection.toggle(device.id);
  };
  const selectTo = (index: number): void => {
    const next = Math.max(0, Math.min(total - 1, index));
    selection.addRows(anchor.current, next);
    move(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const isInRows = event.target === frame.current || indexOf(event.target) !== undefined;
    if (!isInRows || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      selection.addRows(0, total - 1);
      return;
    }
    if (event.metaKey) return;
    if (event.key === ' ') {
      event.preventDefault();
      if (event.shiftKey) selectTo(current);
      else toggle(current);
      return;
    }
    if (event.key === 'Escape' && selection.ids.size > 0) {
      selection.clear();
      return;
    }
    const target = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + scroll.page - 1,
      PageUp: current - scroll.page + 1,
      Home: 0,
      End: total - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      if (event.shiftKey) {
        if (selection.ids.size === 0) anchor.current = current;
        selectTo(target);
      } else move(target);
    } else if (event.key === 'Enter' && event.target === frame.current) {
      const device = rows.at(current);
      if (device) onOpen(device);
    }
  };
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    const index = indexOf(event.target);
    const device = index === undefined ? undefined : rows.at(index);
    if (index === undefined || !device) return;
    const isSelecting = event.target instanceof Element && event.target.matches('[data-select]');
    if (isSelecting && event.shiftKey) {
      selectTo(index);
      return;
    }
    setCurrent(index);
    if (isSelecting) {
      toggle(index);
      return;
    }
    // A link that is to open elsewhere is the browser's; text that was marked is to be copied.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    onOpen(device);
  };

  return (
    <>
      {rows.error ? (
        <ErrorNotice error={rows.error} title="Some rows could not be read" onRetry={rows.retry} />
      ) : null}
      {/* biome-ignore lint/a11y/useSemanticElements: rows out of sight do not exist, which a table element cannot say */}
      <div
        ref={frame}
        className={styles.frame}
        role="grid"
        aria-label="Devices"
        aria-rowcount={total + 1}
        aria-multiselectable
        aria-colcount={columns.length}
        aria-busy={isBusy}
        aria-activedescendant={current >= first && current <= last ? rowId(current) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <DeviceGridHead columns={columns} minWidth={minWidth} sort={sort} onSort={onSort} />
        <div className={styles.list} style={{ height: scrollHeight(total), minWidth }}>
          <div className={styles.base} style={{ top: scroll.baseTop }}>
            {Array.from({ length: Math.max(0, last - first + 1) }, (_, position) => {
              const index = first + position;
              return (
                <DeviceRow
                  key={index % slots}
                  id={rowId(index)}
                  index={index}
                  top={(index - base) * ROW_HEIGHT}
                  minWidth={minWidth}
                  device={rows.at(index)}
                  columns={columns}
                  isCurrent={index === current}
                  isSelected={isSelected(rows.at(index))}
                />
              );
            })}
          </div>
        </div>
      </div>
    </>
  );
}

function indexOf(target: EventTarget): number | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return row ? Number(row.dataset.index) : undefined;
}
