import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { type ReactNode, useEffect } from 'react';

const useStyles = makeStyles({
  page: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    padding: `${tokens.spacingVerticalXL} ${tokens.spacingHorizontalXXL}`,
    minHeight: 0,
    boxSizing: 'border-box',
    '@media (max-width: 640px)': {
      padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM}`,
    },
  },
  filled: { height: '100%' },
  head: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM, flexWrap: 'wrap' },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    minWidth: 0,
    overflowWrap: 'anywhere',
    '@media (max-width: 640px)': {
      fontSize: tokens.fontSizeBase600,
      lineHeight: tokens.lineHeightBase600,
    },
  },
  intro: { color: tokens.colorNeutralForeground2, maxWidth: '80ch', marginTop: '-8px' },
});

export interface PageProps {
  /** Names the page, in its heading and the browser's tab. */
  readonly title: string;
  readonly heading?: ReactNode;
  /** What the page is for: one or two sentences. */
  readonly intro?: ReactNode;
  /** Beside the heading. */
  readonly badges?: ReactNode;
  /** As high as the window: its content scrolls by itself. */
  readonly filled?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, heading, intro, badges, filled = false, children }: PageProps) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} - Moorline`;
  }, [title]);
  return (
    <div className={mergeClasses(styles.page, filled && styles.filled)}>
      <div className={styles.head}>
        <h1 className={styles.title}>{heading ?? title}</h1>
        {badges}
      </div>
      {intro ? <Text className={styles.intro}>{intro}</Text> : null}
      {children}
    </div>
  );
}
