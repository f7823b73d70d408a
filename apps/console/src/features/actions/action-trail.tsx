import { makeStyles, mergeClasses, Spinner, Text, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  CloudRegular,
  DismissCircleFilled,
  ErrorCircleFilled,
  LaptopRegular,
  ServerRegular,
} from '@fluentui/react-icons';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { formatDateTime, formatPreciseTime, formatSpan } from '../../ui/format.ts';
import { Reported } from '../../ui/reported.tsx';
import { placeWord, stateWords } from './action-words.ts';

const useStyles = makeStyles({
  trail: { listStyle: 'none', margin: 0, padding: 0 },
  hop: {
    display: 'grid',
    gridTemplateColumns: '24px 1fr',
    columnGap: tokens.spacingHorizontalM,
    position: 'relative',
    paddingBottom: tokens.spacingVerticalMNudge,
    ':not(:last-child)::before': {
      content: '""',
      position: 'absolute',
      left: '11px',
      top: '24px',
      bottom: '-2px',
      width: '2px',
      backgroundColor: tokens.colorNeutralStroke2,
    },
  },
  sign: { fontSize: '20px', width: '24px', height: '24px', display: 'grid', placeItems: 'center' },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  warning: { color: tokens.colorStatusWarningForeground3 },
  quiet: { color: tokens.colorNeutralForeground3 },
  line: {
    display: 'flex',
    justifyContent: 'space-between',
    alignItems: 'baseline',
    gap: tokens.spacingHorizontalM,
    flexWrap: 'wrap',
  },
  times: {
    fontVariantNumeric: 'tabular-nums',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground2,
  },
  delta: { color: tokens.colorNeutralForeground3, paddingLeft: tokens.spacingHorizontalS },
  place: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
  },
  reason: { overflowWrap: 'anywhere' },
});

const PLACE_ICONS: Readonly<Record<string, typeof CloudRegular>> = {
  tenant: CloudRegular,
  site: ServerRegular,
  device: LaptopRegular,
};

/** Every hop of an action, in order; the last of one that has not ended says what it waits for. */
export function ActionTrail({ action }: { action: ActionAnswer }) {
  const styles = useStyles();
  const last = action.hops.length - 1;
  return (
    <ol className={styles.trail} aria-label="Hops">
      {action.hops.map((hop, index) => {
        const words = stateWords(hop.state);
        const isCurrent = index === last && !action.isFinal;
        const previous = action.hops[index - 1];
        const Place = PLACE_ICONS[hop.place] ?? ServerRegular;
        return (
          <li
            key={`${hop.state} ${hop.at} ${hop.placeName}`}
            className={styles.hop}
            {...(isCurrent ? { 'aria-current': 'step' as const } : {})}
          >
            <span className={mergeClasses(styles.sign, styles[words.tone])} aria-hidden="true">
              {isCurrent ? <Spinner size="extra-tiny" /> : <Sign tone={words.tone} />}
            </span>
            <div>
              <div className={styles.line}>
                <Text weight="semibold">{words.name}</Text>
                <span className={styles.times}>
                  <time dateTime={hop.at} title={formatDateTime(hop.at)}>
                    {formatPreciseTime(hop.at)}
                  </time>
                  {previous ? (
                    <span className={styles.delta} title="Since the hop before">
                      {sinceText(previous.at, hop.at)}
                    </span>
                  ) : null}
                </span>
              </div>
              <div className={styles.place}>
                <Place aria-hidden="true" />
                <span>
                  {placeWord(hop.place)} <Reported text={hop.placeName} />
                </span>
              </div>
              <Text block className={styles.reason}>
                <Reported text={hop.reason} />
              </Text>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Two places, two clocks: a hop may seem to come before the one it follows. */
function sinceText(before: string, at: string): string {
  const spanMs = Date.parse(at) - Date.parse(before);
  return spanMs < 0 ? formatSpan(spanMs) : `+${formatSpan(spanMs)}`;
}

function Sign({ tone }: { tone: 'good' | 'bad' | 'warning' | 'quiet' }) {
  if (tone === 'bad') return <ErrorCircleFilled />;
  if (tone === 'quiet') return <DismissCircleFilled />;
  return <CheckmarkCircleFilled />;
}
