import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import type { ConnectorDetail } from '@moorline/contracts/admin';
import { formatDateTime } from '../../ui/format.ts';

type Uptime = ConnectorDetail['connection']['uptime'];
type Bucket = Uptime['buckets'][number];

const WIDTH = 960;
const STEP = 10;
const STRIP = 28;
const CHART = 90;

const useStyles = makeStyles({
  figure: { margin: 0, display: 'grid', gap: tokens.spacingVerticalXS },
  drawing: { width: '100%', height: 'auto', display: 'block' },
  connected: { fill: tokens.colorStatusSuccessForeground3 },
  partly: { fill: tokens.colorStatusWarningForeground3 },
  away: { fill: tokens.colorStatusDangerForeground3 },
  unknown: { fill: tokens.colorNeutralBackground6 },
  line: { stroke: tokens.colorCompoundBrandStroke, fill: 'none', strokeWidth: '2' },
  dot: { fill: tokens.colorCompoundBrandStroke },
  grid: { stroke: tokens.colorNeutralStroke2, strokeWidth: '1' },
  axis: {
    display: 'flex',
    justifyContent: 'space-between',
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
  },
});

/** The last 24 h as a strip: full bars connected, half bars in part, low bars not. */
export function UptimeStrip({ uptime }: { uptime: Uptime }) {
  const styles = useStyles();
  const { percent, buckets } = uptime;
  const text =
    percent === null ? 'Not looked at yet' : `Connected ${percent} % of the time looked at`;
  return (
    <figure className={styles.figure} aria-label="Uptime, last 24 hours">
      <Text>{text}</Text>
      <svg
        viewBox={`0 0 ${WIDTH} ${STRIP}`}
        preserveAspectRatio="none"
        className={styles.drawing}
        style={{ height: STRIP }}
        role="img"
      >
        <title>{`${text} in the last 24 hours. ${gapsOf(buckets)}`}</title>
        {buckets.map((bucket, index) => {
          const kind = kindOf(bucket);
          const height = HEIGHTS[kind];
          return (
            <rect
              key={bucket.startDateTime}
              x={index * STEP}
              y={STRIP - height}
              width={STEP - 1.5}
              height={height}
              className={styles[kind]}
            >
              <title>{`${formatDateTime(bucket.startDateTime)}: ${WORDS[kind]}`}</title>
            </rect>
          );
        })}
      </svg>
      <DayAxis />
    </figure>
  );
}

/** Round-trip times of the last 24 h as a line, broken where nothing answered. */
export function LatencyChart({ buckets }: { buckets: readonly Bucket[] }) {
  const styles = useStyles();
  const known = buckets.flatMap(({ roundTripMs }) => (roundTripMs === null ? [] : [roundTripMs]));
  if (known.length === 0)
    return <Text>No round-trip time yet: one is kept each minute that a probe is answered.</Text>;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const top = Math.max(10, most);
  const text =
    least === most ? `${most} ms` : `${least} to ${most} ms (middle of each quarter of an hour)`;
  return (
    <figure className={styles.figure} aria-label="Round-trip time, last 24 hours">
      <Text>{text}</Text>
      <svg
        viewBox={`0 0 ${WIDTH} ${CHART}`}
        preserveAspectRatio="none"
        className={styles.drawing}
        style={{ height: CHART }}
        role="img"
      >
        <title>{`Round-trip time in the last 24 hours: ${text}`}</title>
        {[0.5, CHART / 2, CHART - 0.5].map((y) => (
          <line key={y} x1="0" x2={WIDTH} y1={y} y2={y} className={styles.grid} />
        ))}
        {runsOf(buckets).map((run) => {
          const points = run.map(({ index, ms }) => ({
            x: index * STEP + STEP / 2,
            y: CHART - 4 - (ms / top) * (CHART - 8),
          }));
          const [only] = points;
          return points.length === 1 && only ? (
            <rect
              key={run[0]?.index}
              x={only.x - 2}
              y={only.y - 2}
              width="4"
              height="4"
              className={styles.dot}
            />
          ) : (
            <polyline
              key={run[0]?.index}
              points={points.map(({ x, y }) => `${x},${y}`).join(' ')}
              className={styles.line}
              vectorEffect="non-scaling-stroke"
            />
          );
        })}
      </svg>
      <DayAxis />
    </figure>
  );
}

function DayAxis() {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.axis)} aria-hidden="true">
      <span>24 h ago</span>
      <span>12 h ago</span>
      <span>now</span>
    </div>
  );
}

const HEIGHTS = { connected: STRIP, partly: STRIP / 2, away: 8, unknown: 4 } as const;
const WORDS = {
  connected: 'connected',
  partly: 'connected in part',
  away: 'not connected',
  unknown: 'not looked at',
} as const;

function kindOf({ minutes, connectedMinutes }: Bucket): keyof typeof WORDS {
  if (minutes === 0) return 'unknown';
  if (connectedMinutes === minutes) return 'connected';
  return connectedMinutes > 0 ? 'partly' : 'away';
}

function gapsOf(buckets: readonly Bucket[]): string {
  const gaps = buckets.filter((bucket) => ['partly', 'away'].includes(kindOf(bucket))).length;
  return gaps === 0 ? 'There were no gaps.' : `Gaps in ${gaps} quarters of an hour.`;
}

function runsOf(buckets: readonly Bucket[]): { index: number; ms: number }[][] {
  const runs: { index: number; ms: number }[][] = [[]];
  buckets.forEach(({ roundTripMs: ms }, index) => {
    if (ms !== null) runs.at(-1)?.push({ index, ms });
    else if (runs.at(-1)?.length) runs.push([]);
  });
  return runs.filter((run) => run.length > 0);
}
