import {
  makeStyles,
  mergeClasses,
  Skeleton,
  SkeletonItem,
  tokens,
} from '@fluentui/react-components';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { formatNumber, NOT_KNOWN } from '../../ui/format.ts';

const useStyles = makeStyles({
  tile: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    color: tokens.colorNeutralForeground1,
    textDecoration: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '1px' },
  },
  label: { color: tokens.colorNeutralForeground2 },
  number: {
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  bad: { color: tokens.colorStatusDangerForeground1 },
  waiting: { width: '64px', height: '36px' },
});

interface TileProps extends ComponentProps<'a'> {
  readonly label: string;
  /** Undefined while it is being read, null when it could not be. */
  readonly count: number | null | undefined;
  /** Any is too many. */
  readonly isBad?: boolean;
}

function TileAnchor({ label, count, isBad = false, className, ...anchor }: TileProps) {
  const styles = useStyles();
  return (
    <a {...anchor} className={mergeClasses(styles.tile, className)}>
      <span className={styles.label}>{label}</span>
      {count === undefined ? (
        <Skeleton aria-label={`Counting: ${label}`}>
          <SkeletonItem className={styles.waiting} />
        </Skeleton>
      ) : (
        <span className={mergeClasses(styles.number, isBad && (count ?? 0) > 0 && styles.bad)}>
          {count === null ? NOT_KNOWN : formatNumber(count)}
        </span>
      )}
    </a>
  );
}

/** How many, and the way to the list of them. */
export const Tile = createLink(TileAnchor);
