import { makeStyles, tokens } from '@fluentui/react-components';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { memo } from 'react';
import { Reported } from '../../ui/reported.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import type { DeviceColumn } from './device-columns.tsx';
import { devicePath } from './device-search.ts';
import { ROW_HEIGHT } from './row-geometry.ts';

const useStyles = makeStyles({
  row: {
    position: 'absolute',
    left: 0,
    top: 0,
    width: '100%',
    display: 'flex',
    alignItems: 'center',
    height: `${ROW_HEIGHT}px`,
    boxSizing: 'border-box',
    // What changes in a row moves nothing outside of it.
    contain: 'layout paint style',
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  cell: {
    boxSizing: 'border-box',
    padding: `0 ${tokens.spacingHorizontalM}`,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  link: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: 'none',
    ':hover': { textDecorationLine: 'underline', color: tokens.colorBrandForegroundLinkHover },
  },
  select: { marginRight: tokens.spacingHorizontalM, verticalAlign: 'middle', cursor: 'pointer' },
  waiting: {
    display: 'block',
    width: '60%',
    height: '12px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralStencil1,
  },
});

/** The share of the grid's width that a column takes, never less than its own. */
export function columnFlex(column: DeviceColumn): string {
  return `${column.width} 0 ${column.width}px`;
}

/** One row at its place, or that it is being read. Drawn again only when something of it changed. */
export const DeviceRow = memo(function DeviceRow({
  id,
  index,
  top,
  minWidth,
  device,
  columns,
  isCurrent,
  isSelected,
}: {
  id: string;
  index: number;
  /** Pixels below the row that the drawn rows are placed from. */
  top: number;
  minWidth: number;
  device: ManagedDevice | undefined;
  columns: readonly DeviceColumn[];
  isCurrent: boolean;
  isSelected: boolean;
}) {
  const styles = useStyles();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid is focused, and names its current row
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-current={isCurrent || undefined}
      aria-selected={isSelected}
      aria-busy={device === undefined || undefined}
      className={styles.row}
      style={{ transform: `translateY(${top}px)`, minWidth }}
    >
      {columns.map((column, position) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid
        // biome-ignore lint/a11y/useFocusableInteractive: rows are what the keys move between
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={position + 1}
          className={styles.cell}
          style={{ flex: columnFlex(column) }}
        >
          {device === undefined ? (
            <span className={styles.waiting} />
          ) : position === 0 ? (
            <>
              <input
                type="checkbox"
                className={styles.select}
                data-select
                tabIndex={-1}
                readOnly
                checked={isSelected}
                aria-label={`Select ${device.deviceName === null ? device.id : visibleText(device.deviceName)}`}
              />
              <a href={devicePath(device.id)} tabIndex={-1} className={styles.link}>
                {device.deviceName ? <Reported text={device.deviceName} /> : device.id}
              </a>
            </>
          ) : (
            column.cell(device)
          )}
        </div>
      ))}
    </div>
  );
});
