import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { AddRegular, PlugConnectedRegular } from '@fluentui/react-icons';
import type { Connector } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { usePermission } from '../../app/session.tsx';
import { formatDate, formatFullTime, formatNumber } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { Moment } from '../../ui/moment.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { RecordsPage } from '../../ui/records-page.tsx';
import { Reported } from '../../ui/reported.tsx';
import { OnlineStatus, Status } from '../../ui/status.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { AttachSiteDialog } from './attach-site-dialog.tsx';
import { CONNECTOR_STATUS, connectorsQuery } from './connector-queries.ts';
import { DetachDialog } from './detach-dialog.tsx';

const useStyles = makeStyles({
  reason: { display: 'block', color: tokens.colorNeutralForeground3 },
});

/** The sites that are attached to this tenant. */
export function ConnectorsPage() {
  const query = useQuery(connectorsQuery);
  const { allowed, reason } = usePermission('connectors.manage');
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<Connector>();
  const attach = (
    <WithReason reason={reason}>
      <Button
        appearance="primary"
        icon={<AddRegular />}
        disabledFocusable={!allowed}
        onClick={() => setAttaching(true)}
      >
        Attach a site
      </Button>
    </WithReason>
  );
  return (
    <RecordsPage
      query={query}
      noun="connectors"
      action={attach}
      title="Connectors and tokens"
      badges={<LiveBadge />}
      intro="Each attached site has a connector here. The site dials out to this tenant, uploads its devices, and carries out the actions that you ask for."
      empty={{
        icon: <PlugConnectedRegular />,
        title: 'No site is attached',
        text: 'Create a join token here, and use it at the site. Its devices appear within seconds.',
      }}
      table={(connectors) => (
        <ConnectorsTable connectors={connectors} onDetach={allowed ? setDetaching : undefined} />
      )}
    >
      {detaching ? (
        <DetachDialog connector={detaching} onClose={() => setDetaching(undefined)} />
      ) : null}
      {attaching ? <AttachSiteDialog onClose={() => setAttaching(false)} /> : null}
    </RecordsPage>
  );
}

function ConnectorsTable({
  connectors,
  onDetach,
}: {
  connectors: readonly Connector[];
  /** Absent when the caller may not. */
  onDetach: ((connector: Connector) => void) | undefined;
}) {
  const styles = useStyles();
  const columns: readonly RecordColumn<Connector>[] = [
    {
      id: 'name',
      title: 'Site',
      cell: (connector) => (
        <TextLink to="/connectors/$connectorId" params={{ connectorId: connector.id }}>
          <Reported text={connector.displayName} />
        </TextLink>
      ),
    },
    {
      id: 'status',
      title: 'Status',
      minWidth: '220px',
      cell: (connector) => (
        <>
          <Status tone={CONNECTOR_STATUS[connector.status].tone}>
            {CONNECTOR_STATUS[connector.status].name}
          </Status>
          <Text size={200} className={styles.reason}>
            <Reported text={connector.statusReason} />
          </Text>
        </>
      ),
    },
    {
      id: 'online',
      title: 'Connection',
      isShort: true,
      cell: (connector) => <OnlineStatus online={connector.online} />,
    },
    {
      id: 'sync',
      title: 'Last sync',
      isShort: true,
      cell: (connector) => <Moment at={connector.lastSyncDateTime} never="Never" />,
    },
    {
      id: 'devices',
      title: 'Devices',
      isNumber: true,
      cell: (connector) => formatNumber(connector.deviceCount),
    },
    {
      id: 'version',
      title: 'Version',
      isShort: true,
      cell: (connector) => (
        <span title={`Federation protocol ${connector.protocolVersion}`}>
          <Reported text={connector.siteVersion} />
        </span>
      ),
    },
    {
      id: 'attached',
      title: 'Attached',
      isShort: true,
      cell: (connector) => (
        <>
          <span title={formatFullTime(connector.attachedDateTime)}>
            {formatDate(connector.attachedDateTime)}
          </span>
          <Text size={200} className={styles.reason}>
            by <Reported text={connector.attachedBy} />
          </Text>
        </>
      ),
    },
    {
      id: 'certificate',
      title: 'Certificate ends',
      isShort: true,
      cell: (connector) => (
        <span title={formatFullTime(connector.certificateExpirationDateTime)}>
          {formatDate(connector.certificateExpirationDateTime)}
        </span>
      ),
    },
    ...(onDetach
      ? [
          {
            id: 'commands',
            title: <span style={{ visibility: 'hidden' }}>Commands</span>,
            isNumber: true,
            cell: (connector: Connector) => (
              <Button
                size="small"
                disabled={connector.status === 'notEnabled'}
                onClick={() => onDetach(connector)}
                aria-label={`Detach ${connector.displayName}`}
              >
                Detach
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <RecordTable
      label="Connectors"
      columns={columns}
      records={connectors}
      keyOf={(connector) => connector.id}
    />
  );
}
