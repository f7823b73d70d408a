import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { Connector } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../../ui/facts.tsx';
import { formatNumber, NOT_KNOWN } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { cloudAttachQuery } from '../cloud-attach/cloud-attach-query.ts';
import { CONNECTOR_STATUS, connectorsQuery } from '../connectors/connector-queries.ts';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalM },
  head: { display: 'flex', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** The attached sites and how they are. */
export function ConnectorsSummary() {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery(connectorsQuery);
  return (
    <Section title="Connectors" aside={<TextLink to="/connectors">All connectors</TextLink>}>
      {isPending ? <Loading label="Reading connectors" /> : null}
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {data?.length === 0 ? (
        <Text className={styles.quiet}>
          No site is attached. <TextLink to="/connectors">Attach one</TextLink> to see its devices
          here.
        </Text>
      ) : null}
      {data && data.length > 0 ? (
        <ul className={styles.list}>
          {data.map((connector) => (
            <ConnectorLine key={connector.id} connector={connector} />
          ))}
        </ul>
      ) : null}
    </Section>
  );
}

function ConnectorLine({ connector }: { connector: Connector }) {
  const styles = useStyles();
  const { name, tone } = CONNECTOR_STATUS[connector.status];
  return (
    <li>
      <div className={styles.head}>
        <Text weight="semibold">
          <Reported text={connector.displayName} />
        </Text>
        <Status tone={tone}>{name}</Status>
      </div>
      <Text block size={200} className={styles.quiet}>
        {formatNumber(connector.deviceCount)} {connector.deviceCount === 1 ? 'device' : 'devices'}
        {', last sync '}
        <Moment at={connector.lastSyncDateTime} never="never" />
      </Text>
      {connector.status === 'healthy' ? null : (
        <Text block size={200}>
          <Reported text={connector.statusReason} />
        </Text>
      )}
    </li>
  );
}

/** A site's own end of its attachment. */
export function CloudAttachSummary() {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery(cloudAttachQuery);
  return (
    <Section title="Cloud attach" aside={<TextLink to="/cloud-attach">Details</TextLink>}>
      {isPending ? <Loading label="Reading cloud attach" /> : null}
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {data?.state === 'notAttached' ? (
        <Text className={styles.quiet}>
          This site is not attached to a tenant. It manages its devices by itself.{' '}
          <TextLink to="/cloud-attach">Attach it</TextLink>
        </Text>
      ) : null}
      {data?.state === 'attached' ? (
        <Facts
          facts={[
            { term: 'Tenant', value: <Reported text={data.tenantName} /> },
            {
              term: 'Connection',
              value: (
                <Status tone={data.connected ? 'good' : 'bad'}>
                  {data.connected ? 'Connected' : 'Not connected'}
                </Status>
              ),
            },
            {
              term: 'Last upload',
              value: <Moment at={data.lastUploadDateTime} never={NOT_KNOWN} />,
            },
            { term: 'Pending changes', value: formatNumber(data.pendingChanges) },
          ]}
        />
      ) : null}
    </Section>
  );
}
