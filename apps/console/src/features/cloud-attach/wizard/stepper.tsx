import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkRegular } from '@fluentui/react-icons';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { STEP_TITLES, STEPS, type Step } from './steps.ts';

/** Not to be seen, and still read out. */
const HEARD = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXS,
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecoration: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground2Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  here: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  mark: {
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    width: '24px',
    height: '24px',
    flexShrink: 0,
    boxSizing: 'border-box',
    borderRadius: tokens.borderRadiusCircular,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    fontSize: tokens.fontSizeBase200,
  },
  markHere: {
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    border: 'none',
  },
  markDone: {
    color: tokens.colorBrandForeground1,
    border: `1px solid ${tokens.colorBrandStroke1}`,
  },
  heard: HEARD,
  // On a narrow window the heading below names the step; the others' names are for those who listen.
  name: { '@media (max-width: 640px)': HEARD },
});

/** The router says of its own link that it is the current page: here it is the current step. */
const StepLink = createLink((props: ComponentProps<'a'>) => (
  <a {...props} aria-current={props['aria-current'] === undefined ? undefined : 'step'} />
));

/** Where one is in the wizard, and the way to each of its pages. */
export function Stepper({ step, done }: { step: Step; done: ReadonlySet<Step> }) {
  const styles = useStyles();
  return (
    <nav aria-label="Steps">
      <ol className={styles.list}>
        {STEPS.map((each, index) => {
          const isHere = each === step;
          const isDone = done.has(each);
          return (
            <li key={each}>
              <StepLink
                to="/cloud-attach/configure/$step"
                params={{ step: each }}
                className={mergeClasses(styles.link, isHere && styles.here)}
                title={STEP_TITLES[each]}
              >
                <span
                  aria-hidden="true"
                  className={mergeClasses(
                    styles.mark,
                    isHere && styles.markHere,
                    !isHere && isDone && styles.markDone,
                  )}
                >
                  {isDone && !isHere ? <CheckmarkRegular /> : index + 1}
                </span>
                <span className={styles.name}>{STEP_TITLES[each]}</span>
                {isDone ? <span className={styles.heard}>, done</span> : null}
              </StepLink>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
