import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { WithReason } from '../../../ui/with-reason.tsx';
import { STEP_TITLES, STEPS, type Step, stepAfter, stepBefore } from './steps.ts';

const useStyles = makeStyles({
  frame: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL },
  heading: {
    margin: 0,
    justifySelf: 'start',
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
  count: { color: tokens.colorNeutralForeground3, fontWeight: tokens.fontWeightRegular },
  intro: { margin: 0, color: tokens.colorNeutralForeground2, maxWidth: '80ch' },
  buttons: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    paddingTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  grow: { flexGrow: 1 },
});

export interface NextButton {
  readonly label: string;
  readonly isBusy?: boolean;
  /** Why it cannot be pressed now; empty: it can. */
  readonly reason?: string;
  /** What it does; it leads to the next page when that is done. Absent: nothing but that. */
  readonly onPress?: () => Promise<void>;
  /** It does not lead on: what comes of it is told on this page. */
  readonly stays?: boolean;
  /** Nothing is left to be cancelled. */
  readonly isEnd?: boolean;
}

/** One page of the wizard: its heading, which takes the focus, what is on it, and the ways on. */
export function StepFrame({
  step,
  intro,
  next,
  children,
}: {
  step: Step;
  intro: ReactNode;
  next: NextButton;
  children: ReactNode;
}) {
  const styles = useStyles();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  // A screen reader goes on from the new page's heading, not from the button that led there.
  useEffect(() => heading.current?.focus(), []);
  const before = stepBefore(step);
  const after = stepAfter(step);
  const isHeld = next.isBusy === true || (next.reason ?? '') !== '';
  const goOn = async (): Promise<void> => {
    try {
      await next.onPress?.();
    } catch {
      // The page tells what went wrong, and stays.
      return;
    }
    if (next.stays) return;
    await (after
      ? navigate({ to: '/cloud-attach/configure/$step', params: { step: after } })
      : navigate({ to: '/cloud-attach' }));
  };
  return (
    <div className={styles.frame}>
      <h2 ref={heading} className={styles.heading} tabIndex={-1} data-takes-focus>
        {STEP_TITLES[step]}{' '}
        <span className={styles.count}>
          (step {STEPS.indexOf(step) + 1} of {STEPS.length})
        </span>
      </h2>
      <p className={styles.intro}>{intro}</p>
      {children}
      <div className={styles.buttons}>
        {before ? (
          <Button
            onClick={() =>
              void navigate({ to: '/cloud-attach/configure/$step', params: { step: before } })
            }
          >
            Back
          </Button>
        ) : null}
        <WithReason reason={next.reason ?? ''}>
          <Button
            appearance="primary"
            disabledFocusable={isHeld}
            onClick={() => {
              if (!isHeld) void goOn();
            }}
            {...(next.isBusy ? { icon: <Spinner size="tiny" /> } : {})}
          >
            {next.label}
          </Button>
        </WithReason>
        {next.isEnd ? null : (
          <>
            <span className={styles.grow} />
            <Button appearance="subtle" onClick={() => void navigate({ to: '/cloud-attach' })}>
              Cancel
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
