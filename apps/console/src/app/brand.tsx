import { Badge, makeStyles, tokens } from '@fluentui/react-components';
import type { Session } from '@moorline/contracts/admin';
import { Reported } from '../ui/reported.tsx';

const useStyles = makeStyles({
  brand: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS, minWidth: 0 },
  mark: { width: '24px', height: '24px', flexShrink: 0, color: tokens.colorBrandBackground },
  product: { fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase400 },
  name: {
    color: tokens.colorNeutralForeground2,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    borderLeft: `1px solid ${tokens.colorNeutralStroke1}`,
    paddingLeft: tokens.spacingHorizontalM,
    marginLeft: tokens.spacingHorizontalXS,
    '@media (max-width: 640px)': { display: 'none' },
  },
  badge: { flexShrink: 1, minWidth: 0, overflow: 'hidden', maxWidth: '40vw' },
});

export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="16" cy="8.2" r="2.7" />
        <path d="M16 11v14.5M10.5 15h11M6.500 18.500c.6 4.800 4.400 7.400 9.500 7.400s8.900-2.600 9.500-7.400" />
      </g>
    </svg>
  );
}

/** The product, and where one is: the tenant's admin center, or a site. */
export function Brand({ authority }: { authority: Session['authority'] }) {
  const styles = useStyles();
  return (
    <div className={styles.brand}>
      <Mark className={styles.mark} />
      <span className={styles.product}>Moorline</span>
      <Badge appearance="tint" color="brand" size="large" className={styles.badge}>
        {authority.kind === 'tenant' ? (
          'Admin center'
        ) : (
          <span>
            Site <Reported text={authority.name} />
          </span>
        )}
      </Badge>
      {authority.kind === 'tenant' ? (
        <span className={styles.name}>
          <Reported text={authority.name} />
        </span>
      ) : null}
    </div>
  );
}
