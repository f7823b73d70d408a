import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useSession } from '../../app/session.tsx';
import { Section } from '../../ui/section.tsx';
import { TextLink } from '../../ui/text-link.tsx';

const useStyles = makeStyles({
  steps: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    display: 'grid',
    gap: tokens.spacingVerticalM,
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** What to do first, while no device is there. */
export function GettingStarted() {
  const styles = useStyles();
  const { authority } = useSession();
  return (
    <Section title="Getting started">
      <ol className={styles.steps}>
        {authority.kind === 'tenant' ? (
          <li>
            <Text block weight="semibold">
              <TextLink to="/connectors">Attach a site</TextLink>
            </Text>
            <Text className={styles.quiet}>
              A site in your network keeps managing its devices; they appear here and can be acted
              on.
            </Text>
          </li>
        ) : null}
        <li>
          <Text block weight="semibold">
            <TextLink to="/enrolment-tokens">Create an enrolment token</TextLink>
          </Text>
          <Text className={styles.quiet}>
            Run the command that you are shown on a device, and it is managed here within seconds.
          </Text>
        </li>
        {authority.kind === 'site' ? (
          <li>
            <Text block weight="semibold">
              <TextLink to="/cloud-attach">Attach this site to a tenant</TextLink>
            </Text>
            <Text className={styles.quiet}>
              Administrators of the tenant then see these devices in its admin center. You can do it
              later.
            </Text>
          </li>
        ) : null}
      </ol>
    </Section>
  );
}
