import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '80ch' },
});

/** The other half of cloud attach, and why it is not there to be set up. */
export function CoManagementSection() {
  const styles = useStyles();
  return (
    <Section title="Co-management">
      <div className={styles.content}>
        <Status tone="quiet">Not available yet</Status>
        <Text>
          With co-management, site and tenant manage one device together: it is enrolled with both,
          and each workload, such as updates or compliance, has one of the two as its owner. In this
          version a device is enrolled with one of them alone, so there is nothing to set up here.
        </Text>
        <Text>
          The two halves are independent. The upload shows and acts on devices that the site
          manages, without enrolling them anywhere else, and does not wait for co-management.
        </Text>
      </div>
    </Section>
  );
}
