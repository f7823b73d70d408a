import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  CircleFilled,
  CircleRegular,
  ErrorCircleFilled,
  WarningFilled,
} from '@fluentui/react-icons';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  row: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    whiteSpace: 'nowrap',
    verticalAlign: 'top',
  },
  good: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground3 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export type StatusTone = 'good' | 'warning' | 'bad' | 'quiet';

const ICONS = {
  good: <CheckmarkCircleFilled />,
  warning: <WarningFilled />,
  bad: <ErrorCircleFilled />,
  quiet: <CircleRegular />,
} as const;

/** A word with a sign before it: never colour alone. */
export function Status({
  tone,
  icon,
  children,
}: {
  tone: StatusTone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  const styles = useStyles();
  return (
    <span className={styles.row}>
      <span
        className={mergeClasses(styles[tone])}
        style={{ display: 'inline-flex' }}
        aria-hidden="true"
      >
        {icon ?? ICONS[tone]}
      </span>
      <span>{children}</span>
    </span>
  );
}

export function OnlineStatus({ online }: { online: boolean }) {
  return (
    <Status tone={online ? 'good' : 'quiet'} icon={online ? <CircleFilled /> : <CircleRegular />}>
      {online ? 'Online' : 'Offline'}
    </Status>
  );
}
