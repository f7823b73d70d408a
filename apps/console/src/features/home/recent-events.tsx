import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { AuditEvent } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { recentAuditEventsQuery } from '../audit/audit-queries.ts';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalS },
  line: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    columnGap: tokens.spacingHorizontalM,
  },
  activity: { overflowWrap: 'anywhere' },
  time: { color: tokens.colorNeutralForeground3, whiteSpace: 'nowrap' },
  actor: { gridColumn: '1 / -1', color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
});

/** What was done here last, by whom. */
export function RecentEvents() {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery(recentAuditEventsQuery);
  return (
    <Section title="Recent events" aside={<TextLink to="/audit-logs">Audit log</TextLink>}>
      {isPending ? <Loading label="Reading events" /> : null}
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <ul className={styles.list}>
          {data.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ul>
      ) : null}
    </Section>
  );
}

function EventLine({ event }: { event: AuditEvent }) {
  const styles = useStyles();
  return (
    <li className={styles.line}>
      <span className={styles.activity}>
        {event.result === 'failure' ? (
          <Status tone="bad">{activityWords(event.activity)}</Status>
        ) : (
          activityWords(event.activity)
        )}
      </span>
      <Text size={200} className={styles.time}>
        <Moment at={event.activityDateTime} />
      </Text>
      <Text size={200} className={styles.actor}>
        <Reported text={event.actor} />
      </Text>
    </li>
  );
}

/** `policy.change_client_settings` → "Change client settings"; `cloudAttach.linkAdministrator` → "Link administrator". */
function activityWords(activity: string): string {
  const words = activity
    .replace(/^[^.]*\./, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
    .replace(/\bapi\b/, 'API')
    .replace(/\bsign in link\b/, 'sign-in link');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
