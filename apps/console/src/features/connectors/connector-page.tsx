import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { PlugConnectedRegular } from '@fluentui/react-icons';
import { AdminApiError } from '@moorline/admin-client';
import type { ConnectorDetail } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { ConnectorCommands } from './connector-commands.tsx';
import { ConnectionSection } from './connector-connection.tsx';
import { ConnectorEvents } from './connector-events.tsx';
import {
  ActionFacts,
  Aspects,
  CertificateFacts,
  EndpointsTable,
  IdentityFacts,
  Recommendations,
  UploadFacts,
  Versions,
} from './connector-facts.tsx';
import { CONNECTOR_STATUS, connectorQuery } from './connector-queries.ts';

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px', order: -1 },
  columns: {
    display: 'grid',
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 420px), 1fr))',
    alignItems: 'start',
  },
});

const INTENT = {
  healthy: 'success',
  warning: 'warning',
  unhealthy: 'error',
  notEnabled: 'info',
} as const;

const route = getRouteApi('/inside/connectors/$connectorId');

/** Everything that is known of one attached site, and what can be done about it. */
export function ConnectorPage() {
  const { connectorId } = route.useParams();
  const { data: connector, error, isPending, refetch } = useQuery(connectorQuery(connectorId));
  if (isPending) return <Loading label="Reading the connector" />;
  if (!connector) {
    const isGone = error instanceof AdminApiError && error.status === 404;
    return (
      <Page title="Connector">
        {isGone ? (
          <EmptyState
            icon={<PlugConnectedRegular />}
            title="There is no such connector"
            action={<TextLink to="/connectors">All connectors</TextLink>}
          >
            Its address may have been copied in part.
          </EmptyState>
        ) : (
          <ErrorNotice
            error={error}
            title="The connector could not be read"
            onRetry={() => void refetch()}
          />
        )}
      </Page>
    );
  }
  return <Connector connector={connector} />;
}

function Connector({ connector }: { connector: ConnectorDetail }) {
  const styles = useStyles();
  const { name, tone } = CONNECTOR_STATUS[connector.status];
  return (
    <Page
      title={connector.displayName}
      heading={<Reported text={connector.displayName} />}
      badges={
        <>
          <Status tone={tone}>{name}</Status>
          <LiveBadge />
        </>
      }
    >
      <Breadcrumb className={styles.crumbs} aria-label="Path">
        <BreadcrumbItem>
          <TextLink to="/connectors">Connectors and tokens</TextLink>
        </BreadcrumbItem>
        <BreadcrumbDivider />
        <BreadcrumbItem>
          <Reported text={connector.displayName} />
        </BreadcrumbItem>
      </Breadcrumb>
      <ConnectorCommands connector={connector} />
      <MessageBar intent={INTENT[connector.status]} layout="multiline">
        <MessageBarBody>
          <Reported text={connector.statusReason} />
        </MessageBarBody>
      </MessageBar>
      <Recommendations connector={connector} />
      <ConnectionSection connector={connector} />
      <div className={styles.columns}>
        <Section title="Health">
          <Aspects connector={connector} />
        </Section>
        <Section title="Site">
          <IdentityFacts connector={connector} />
        </Section>
        <Section title="Upload">
          <UploadFacts connector={connector} />
        </Section>
        <Section title="Actions">
          <ActionFacts connector={connector} />
        </Section>
        <Section title="Certificate">
          <CertificateFacts connector={connector} />
        </Section>
        <Section title="Versions">
          <Versions connector={connector} />
        </Section>
      </div>
      <Section title="Internet endpoints" aside="As the site sees them">
        <EndpointsTable connector={connector} />
      </Section>
      <ConnectorEvents id={connector.id} />
    </Page>
  );
}
