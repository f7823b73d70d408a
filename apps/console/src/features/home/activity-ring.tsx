import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Link } from '@tanstack/react-router';
import { formatNumber } from '../../ui/format.ts';
import type { DeviceSearch } from '../devices/device-search.ts';

const RADIUS = 42;
const AROUND = 2 * Math.PI * RADIUS;
/** Between two parts, so that they are told apart by more than colour. */
const GAP = 2;

const useStyles = makeStyles({
  frame: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXL,
  },
  ring: { width: '132px', height: '132px', flexShrink: 0 },
  track: { stroke: tokens.colorNeutralBackground6 },
  total: {
    fontSize: '17px',
    fontWeight: tokens.fontWeightSemibold,
    fill: tokens.colorNeutralForeground1,
  },
  unit: { fontSize: '9px', fill: tokens.colorNeutralForeground3 },
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: '2px',
    flexGrow: 1,
    minWidth: '150px',
  },
  line: {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr) auto',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXS}`,
    margin: `0 calc(-1 * ${tokens.spacingHorizontalXS})`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecoration: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  sign: { width: '12px', height: '12px', borderRadius: tokens.borderRadiusSmall },
  count: { fontVariantNumeric: 'tabular-nums', color: tokens.colorNeutralForeground2 },
  good: { color: tokens.colorStatusSuccessForeground3 },
  middle: { color: tokens.colorCompoundBrandBackground },
  quiet: { color: tokens.colorNeutralForeground4 },
});

export interface RingPart {
  readonly label: string;
  readonly count: number;
  readonly tone: 'good' | 'middle' | 'quiet';
  readonly search: DeviceSearch;
}

/** Parts of a whole as a ring, and as a list that says the same and leads to the devices. */
export function ActivityRing({ parts, total }: { parts: readonly RingPart[]; total: number }) {
  const styles = useStyles();
  const shown = parts.filter((part) => part.count > 0);
  let before = 0;
  const arcs = shown.map((part) => {
    const start = before;
    const length = (part.count / Math.max(1, total)) * AROUND;
    before += length;
    return { part, start, length: Math.max(1, length - (shown.length > 1 ? GAP : 0)) };
  });
  return (
    <div className={styles.frame}>
      <svg viewBox="0 0 100 100" className={styles.ring} aria-hidden="true">
        <g fill="none" strokeWidth="12" transform="rotate(-90 50 50)">
          <circle cx="50" cy="50" r={RADIUS} className={styles.track} />
          {arcs.map(({ part, start, length }) => (
            <circle
              key={part.label}
              cx="50"
              cy="50"
              r={RADIUS}
              className={styles[part.tone]}
              stroke="currentColor"
              strokeDasharray={`${length} ${AROUND - length}`}
              strokeDashoffset={-start}
            />
          ))}
        </g>
        <text x="50" y="51" textAnchor="middle" className={styles.total}>
          {formatNumber(total)}
        </text>
        <text x="50" y="63" textAnchor="middle" className={styles.unit}>
          {total === 1 ? 'device' : 'devices'}
        </text>
      </svg>
      <ul className={styles.list}>
        {parts.map(({ label, count, tone, search }) => (
          <li key={label}>
            <Link to="/devices" search={search} className={styles.line}>
              <span
                className={mergeClasses(styles.sign, styles[tone])}
                style={{ backgroundColor: 'currentColor', forcedColorAdjust: 'none' }}
                aria-hidden="true"
              />
              <span>{label}</span>
              <span className={styles.count}>{formatNumber(count)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
