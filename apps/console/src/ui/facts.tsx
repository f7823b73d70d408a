import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
    columnGap: tokens.spacingHorizontalXXL,
    margin: 0,
  },
  fact: {
    display: 'grid',
    gridTemplateColumns: 'minmax(100px, 150px) minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalXS} 0`,
    alignItems: 'baseline',
    '@media (max-width: 640px)': { gridTemplateColumns: '110px minmax(0, 1fr)' },
  },
  term: { color: tokens.colorNeutralForeground3 },
  value: { margin: 0, overflowWrap: 'anywhere' },
});

export interface Fact {
  readonly term: string;
  readonly value: ReactNode;
  /** What the term means, as its tooltip. */
  readonly description?: string | undefined;
}

/** Names and values in as many columns as fit. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  const styles = useStyles();
  return (
    <dl className={styles.list}>
      {facts.map((fact) => (
        <div key={fact.term} className={styles.fact}>
          <dt className={styles.term} title={fact.description}>
            {fact.term}
          </dt>
          <dd className={styles.value}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
