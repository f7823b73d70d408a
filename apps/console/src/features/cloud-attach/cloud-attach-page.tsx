import { MessageBar, MessageBarBody, makeStyles, Text, tokens } from '@fluentui/react-components';
import { CloudLinkRegular } from '@fluentui/react-icons';
import type { CloudAttach } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatDateTime, NOT_KNOWN } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { Moment } from '../../ui/moment.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { cloudAttachQuery } from './cloud-attach-query.ts';
import { DetachButton } from './detach-button.tsx';
import { EndpointsSection } from './endpoints-section.tsx';
import { PrerequisitesSection } from './prerequisites-section.tsx';
import { UploadSection } from './upload/upload-section.tsx';

const useStyles = makeStyles({
  commands: { marginTop: tokens.spacingVerticalM },
  quiet: { color: tokens.colorNeutralForeground3 },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

const TRANSPORTS = { webSocket: 'WebSocket', longPolling: 'Long polling' } as const;

/** The site's own end of its attachment to a tenant. */
export function CloudAttachPage() {
  const { data, error, isPending, refetch } = useQuery(cloudAttachQuery);
  return (
    <Page
      title="Cloud attach"
      badges={<LiveBadge />}
      intro="Attached to a tenant, this site's devices are seen and can be acted on in the tenant's admin center. The site dials out; it never listens to the tenant, and works on by itself while the tenant is away."
    >
      {isPending ? <Loading label="Reading cloud attach" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="Cloud attach could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data?.state === 'notAttached' && data.lastDetached ? (
        <LastDetached of={data.lastDetached} />
      ) : null}
      {data?.state === 'notAttached' ? (
        <EmptyState
          icon={<CloudLinkRegular />}
          title="This site is not attached"
          action={
            <ButtonLink
              appearance="primary"
              to="/cloud-attach/configure/$step"
              params={{ step: 'prerequisites' }}
            >
              Configure cloud attach
            </ButtonLink>
          }
        >
          The wizard checks what is needed, joins this site to its tenant, and lets you choose what
          is uploaded before anything is. You can stop at any step and go on later.
        </EmptyState>
      ) : null}
      {data?.state === 'attached' ? (
        <>
          <Attachment attachment={data} />
          <UploadSection attachment={data} />
          <LinkedAdministrators attachment={data} />
          <EndpointsSection />
          <PrerequisitesSection isAttached />
        </>
      ) : null}
    </Page>
  );
}

/** How the last attachment ended, and whether the tenant knows. */
function LastDetached({ of }: { of: NonNullable<CloudAttach['lastDetached']> }) {
  return (
    <MessageBar intent={of.problem === null ? 'info' : 'warning'} layout="multiline">
      <MessageBarBody>
        Detached from <Reported text={of.tenantName} /> by <Reported text={of.detachedBy} />{' '}
        <Moment at={of.detachedDateTime} />.{' '}
        {of.problem !== null ? (
          <Reported text={of.problem} />
        ) : of.isTenantTold ? (
          'The tenant knows.'
        ) : (
          'The tenant could not be reached; it is told as soon as it can be.'
        )}
      </MessageBarBody>
    </MessageBar>
  );
}

function Attachment({ attachment }: { attachment: CloudAttach }) {
  const styles = useStyles();
  const { connected } = attachment;
  return (
    <>
      <MessageBar intent={connected ? 'success' : 'warning'} layout="multiline">
        <MessageBarBody>
          <Reported text={attachment.statusReason} />
        </MessageBarBody>
      </MessageBar>
      <Section title="Attachment">
        <Facts
          facts={[
            { term: 'Tenant', value: <Reported text={attachment.tenantName} /> },
            { term: 'Tenant address', value: <Reported text={attachment.tenantUrl} /> },
            {
              term: 'Connection',
              value: (
                <Status tone={connected ? 'good' : 'bad'}>
                  {connected ? 'Connected' : 'Not connected'}
                </Status>
              ),
            },
            {
              term: 'Transport',
              value: attachment.transport ? TRANSPORTS[attachment.transport] : NOT_KNOWN,
            },
            {
              term: 'Proxy',
              value: attachment.proxy ? <Reported text={attachment.proxy} /> : 'None: directly',
            },
            {
              term: 'Attached',
              value: attachment.attachedDateTime
                ? formatDateTime(attachment.attachedDateTime)
                : NOT_KNOWN,
            },
            {
              term: 'Connector id',
              value: (
                <span className={styles.mono}>
                  <Reported text={attachment.connectorId} />
                </span>
              ),
            },
          ]}
        />
        <div className={styles.commands}>
          <DetachButton attachment={attachment} />
        </div>
      </Section>
    </>
  );
}

function LinkedAdministrators({ attachment }: { attachment: CloudAttach }) {
  const styles = useStyles();
  return (
    <Section title="Linked administrators">
      {attachment.linkedAdministrators.length === 0 ? (
        <Text className={styles.quiet}>
          Nobody. Actions that come from the tenant are refused until one of its administrators is
          linked with an account here.
        </Text>
      ) : (
        <RecordTable
          isBare
          label="Linked administrators"
          records={attachment.linkedAdministrators}
          keyOf={(link) => link.tenantUserId}
          columns={[
            {
              id: 'tenant',
              title: 'In the tenant',
              cell: (link) => <Reported text={link.tenantUserName} />,
            },
            {
              id: 'local',
              title: 'Acts here as',
              cell: (link) => <Reported text={link.localUserName} />,
            },
            {
              id: 'id',
              title: 'Tenant user id',
              cell: (link) => <span className={styles.mono}>{link.tenantUserId}</span>,
            },
          ]}
        />
      )}
    </Section>
  );
}
