import { makeStyles, Skeleton, SkeletonItem, tokens } from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatNumber, NOT_KNOWN } from '../../ui/format.ts';
import type { DeviceSearch } from '../devices/device-search.ts';

const useStyles = makeStyles({
  tile: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    padding: tokens.spacingHorizontalL,
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
    fontSize: tokens.fontSizeHero800,
    lineHeight: tokens.lineHeightHero800,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  waiting: { width: '64px', height: '40px' },
});

/** How many devices, and the way to them. */
export function CountTile({
  label,
  query,
  search,
}: {
  label: string;
  query: UseQueryResult<number>;
  search: DeviceSearch;
}) {
  const styles = useStyles();
  return (
    <Link to="/devices" search={search} className={styles.tile}>
      <span className={styles.label}>{label}</span>
      {query.isPending ? (
        <Skeleton aria-label={`Counting: ${label}`}>
          <SkeletonItem className={styles.waiting} />
        </Skeleton>
      ) : (
        <span className={styles.number} title={query.error?.message}>
          {query.data === undefined ? NOT_KNOWN : formatNumber(query.data)}
        </span>
      )}
    </Link>
  );
}
