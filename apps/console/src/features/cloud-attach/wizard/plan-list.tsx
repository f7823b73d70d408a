import { Badge, makeStyles, Text, tokens } from '@fluentui/react-components';
import type { AttachPlan } from '@moorline/contracts/admin';
import { Reported } from '../../../ui/reported.tsx';
import { Section } from '../../../ui/section.tsx';

const useStyles = makeStyles({
  sides: {
    display: 'grid',
    gap: tokens.spacingHorizontalXXL,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))',
    alignItems: 'start',
  },
  heading: { margin: `0 0 ${tokens.spacingVerticalS}` },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: tokens.spacingVerticalM,
  },
  item: { display: 'grid', gap: tokens.spacingVerticalXXS, overflowWrap: 'anywhere' },
  title: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    alignItems: 'center',
  },
  detail: { color: tokens.colorNeutralForeground2 },
});

const CHANGES = {
  create: { name: 'New', color: 'brand' },
  update: { name: 'Changes', color: 'warning' },
  keep: { name: 'Stays', color: 'informative' },
} as const;

/** What attaching creates and changes, on either side. */
export function PlanList({ plan, siteName }: { plan: AttachPlan; siteName: string }) {
  const styles = useStyles();
  const sides = [
    { side: 'site', name: <>At this site, {siteName}</> },
    {
      side: 'tenant',
      name: (
        <>
          At the tenant
          {plan.tenantName === null ? null : (
            <>
              {' '}
              <Reported text={plan.tenantName} />
            </>
          )}
        </>
      ),
    },
  ] as const;
  return (
    <Section
      title="What attaching creates and changes"
      aside={plan.tenantUrl === null ? undefined : <Reported text={plan.tenantUrl} />}
    >
      <div className={styles.sides}>
        {sides.map(({ side, name }) => (
          <div key={side}>
            <Text as="h3" block weight="semibold" className={styles.heading}>
              {name}
            </Text>
            <ul
              className={styles.list}
              aria-label={side === 'site' ? 'At this site' : 'At the tenant'}
            >
              {plan.changes
                .filter((change) => change.side === side)
                .map(({ id, change, title, detail }) => (
                  <li key={id} className={styles.item}>
                    <span className={styles.title}>
                      <Text weight="semibold">
                        <Reported text={title} />
                      </Text>
                      <Badge appearance="tint" color={CHANGES[change].color}>
                        {CHANGES[change].name}
                      </Badge>
                    </span>
                    <Text className={styles.detail}>
                      <Reported text={detail} />
                    </Text>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </div>
    </Section>
  );
}
