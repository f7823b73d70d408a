import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatNumber } from '../../ui/format.ts';
import type { DeviceSearch } from '../devices/device-search.ts';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: '2px' },
  line: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    columnGap: tokens.spacingHorizontalM,
    rowGap: '2px',
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXS}`,
    margin: `0 calc(-1 * ${tokens.spacingHorizontalXS})`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecoration: 'none',
  },
  link: {
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  label: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  count: { fontVariantNumeric: 'tabular-nums', color: tokens.colorNeutralForeground2 },
  track: {
    gridColumn: '1 / -1',
    height: '8px',
    borderRadius: tokens.borderRadiusSmall,
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground6,
    // In forced colours backgrounds go: the edge still shows how long the bar is.
    '@media (forced-colors: active)': { border: '1px solid CanvasText' },
  },
  bar: {
    height: '100%',
    minWidth: '2px',
    borderRadius: tokens.borderRadiusSmall,
    backgroundColor: tokens.colorCompoundBrandBackground,
    '@media (forced-colors: active)': { borderRight: '4px solid CanvasText' },
  },
  rest: { backgroundColor: tokens.colorNeutralForeground4 },
});

export interface DeviceBar {
  readonly id: string;
  readonly label: ReactNode;
  readonly count: number;
  /** What the list of these devices is; absent for what no list shows. */
  readonly search?: DeviceSearch;
}

/** How devices divide: a bar and a number for each part, and the way to its devices. */
export function DeviceBars({ bars, total }: { bars: readonly DeviceBar[]; total: number }) {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {bars.map(({ id, label, count, search }) => {
        const line = (
          <>
            <span className={styles.label}>{label}</span>
            <span className={styles.count}>
              {formatNumber(count)} {shareText(count, total)}
            </span>
            <span className={styles.track} aria-hidden="true">
              <span
                className={mergeClasses(styles.bar, !search && styles.rest)}
                style={{ display: 'block', width: `${(count / Math.max(1, total)) * 100}%` }}
              />
            </span>
          </>
        );
        return (
          <li key={id}>
            {search ? (
              <Link
                to="/devices"
                search={search}
                className={mergeClasses(styles.line, styles.link)}
              >
                {line}
              </Link>
            ) : (
              <span className={styles.line}>{line}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function shareText(count: number, total: number): string {
  if (total === 0) return '';
  const percent = (count / total) * 100;
  if (percent > 0 && percent < 1) return '(< 1 %)';
  if (percent > 99 && percent < 100) return '(> 99 %)';
  return `(${Math.round(percent)} %)`;
}
