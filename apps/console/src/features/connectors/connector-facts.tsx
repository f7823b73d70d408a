import {
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import type { ConnectorDetail } from '@moorline/contracts/admin';
import { Facts } from '../../ui/facts.tsx';
import {
  formatDateTime,
  formatFullTime,
  formatNumber,
  formatSpan,
  NOT_KNOWN,
} from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Status } from '../../ui/status.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { ASPECT_NAMES, CONNECTOR_STATUS } from './connector-queries.ts';

interface Props {
  readonly connector: ConnectorDetail;
}

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalM },
  plain: { margin: 0, paddingLeft: tokens.spacingHorizontalL },
  quiet: { color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
  head: { display: 'flex', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
});

/** Every aspect that the status is judged by, each with what was found. */
export function Aspects({ connector }: Props) {
  const styles = useStyles();
  if (connector.aspects.length === 0) {
    return <Text className={styles.quiet}>A detached site is not judged.</Text>;
  }
  return (
    <ul className={styles.list}>
      {connector.aspects.map(({ aspect, status, reason }) => (
        <li key={aspect}>
          <div className={styles.head}>
            <Text weight="semibold">{ASPECT_NAMES[aspect]}</Text>
            <Status tone={CONNECTOR_STATUS[status].tone}>{CONNECTOR_STATUS[status].name}</Status>
          </div>
          <Text block size={200} className={styles.quiet}>
            <Reported text={reason} />
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** What should be done; nothing is shown when nothing should. */
export function Recommendations({ connector }: Props) {
  const styles = useStyles();
  // What the status says already is not said twice.
  const others = connector.recommendations.filter(({ text }) => text !== connector.statusReason);
  if (others.length === 0) return null;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Recommended</MessageBarTitle>
        <ul className={styles.plain}>
          {others.map(({ id, text }) => (
            <li key={id}>
              <Reported text={text} />
            </li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}

export function IdentityFacts({ connector }: Props) {
  const { detachedDateTime, detachedBy } = connector;
  return (
    <Facts
      facts={[
        { term: 'Name', value: <Reported text={connector.displayName} /> },
        { term: 'Site code', value: connector.siteCode ?? 'None' },
        { term: 'Hierarchy', value: 'Stand-alone site' },
        { term: 'Region', value: connector.region ?? 'This tenant has no regions' },
        { term: 'Site id', value: connector.siteId },
        {
          term: 'Attached',
          value: (
            <>
              {formatDateTime(connector.attachedDateTime)} by{' '}
              <Reported text={connector.attachedBy} />
            </>
          ),
        },
        ...(detachedDateTime
          ? [
              {
                term: 'Detached',
                value: (
                  <>
                    {formatDateTime(detachedDateTime)} by <Reported text={detachedBy ?? ''} />
                  </>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

export function UploadFacts({ connector }: Props) {
  const { upload } = connector;
  const number = (value: number | null): string =>
    value === null ? NOT_KNOWN : formatNumber(value);
  return (
    <Facts
      facts={[
        { term: 'Now', value: upload.reason ? <Reported text={upload.reason} /> : NOT_KNOWN },
        { term: 'Last sync', value: <Moment at={connector.lastSyncDateTime} never="Never" /> },
        {
          term: 'Lag',
          value:
            upload.lagSeconds === null
              ? NOT_KNOWN
              : `${formatSpan(upload.lagSeconds * 1000)}, ${number(upload.lagRows)} changes`,
        },
        { term: 'Uploaded', value: `${formatNumber(upload.uploaded)} devices` },
        { term: 'In scope', value: number(upload.inScope) },
        { term: 'Excluded', value: number(upload.excluded) },
        {
          term: 'Last full sync',
          value: <Moment at={upload.lastFullSyncDateTime} never={NOT_KNOWN} />,
        },
        {
          term: 'Digests',
          value: upload.digest ? (
            <>
              {DIGEST_WORDS[upload.digest.state]},{' '}
              <Moment at={upload.digest.comparedDateTime} never={NOT_KNOWN} />
            </>
          ) : (
            'Not compared yet'
          ),
        },
      ]}
    />
  );
}

const DIGEST_WORDS = { agrees: 'Agree', repairing: 'Being repaired', disagrees: 'Differ' } as const;

export function ActionFacts({ connector }: Props) {
  const { actions } = connector;
  const { oldestWaiting: oldest } = actions;
  return (
    <Facts
      facts={[
        { term: 'In flight', value: formatNumber(actions.inFlight) },
        { term: 'Last hour', value: spanText(actions.lastHour) },
        { term: 'Last day', value: spanText(actions.lastDay) },
        {
          term: 'Oldest waiting',
          value: oldest ? (
            <>
              <TextLink
                to="/devices/$deviceId"
                params={{ deviceId: oldest.managedDeviceId }}
                search={{ tab: 'actions', action: oldest.id }}
              >
                {oldest.action}
              </TextLink>
              , <Moment at={oldest.requestedDateTime} />. <Reported text={oldest.reason} />
            </>
          ) : (
            'None'
          ),
        },
      ]}
    />
  );
}

function spanText({ count, p50Ms, p99Ms }: ConnectorDetail['actions']['lastHour']): string {
  return count === 0 || p50Ms === null || p99Ms === null
    ? 'None ended'
    : `${formatNumber(count)} ended: p50 ${formatNumber(p50Ms)} ms, p99 ${formatNumber(p99Ms)} ms`;
}

export function CertificateFacts({ connector }: Props) {
  return (
    <Facts
      facts={[
        { term: 'Ends', value: formatFullTime(connector.certificateExpirationDateTime) },
        {
          term: 'Next renewal',
          value: connector.certificateRenewalDateTime
            ? formatFullTime(connector.certificateRenewalDateTime)
            : NOT_KNOWN,
        },
      ]}
    />
  );
}

export function Versions({ connector }: Props) {
  const styles = useStyles();
  const { upgradeUnlocks } = connector;
  return (
    <>
      <Facts
        facts={[
          {
            term: 'Site',
            value: `${connector.siteVersion}, protocol ${connector.protocolVersion}`,
          },
          {
            term: 'This tenant',
            value: `${connector.tenantVersion}, protocol ${connector.tenantProtocolVersion}`,
          },
        ]}
      />
      {upgradeUnlocks.length > 0 ? (
        <>
          <Text block>An update of the site would bring:</Text>
          <ul className={styles.plain}>
            {upgradeUnlocks.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      ) : (
        <Text className={styles.quiet}>The site has everything that this tenant can use.</Text>
      )}
    </>
  );
}

const ENDPOINT_STATUS = {
  pass: { name: 'Reached', tone: 'good' },
  fail: { name: 'Fails', tone: 'bad' },
  notChecked: { name: 'Not checked', tone: 'quiet' },
} as const;

export function EndpointsTable({ connector }: Props) {
  const styles = useStyles();
  const { endpoints } = connector;
  if (!endpoints || endpoints.length === 0) {
    return <Text className={styles.quiet}>The site has not reported any yet.</Text>;
  }
  return (
    <RecordTable
      isBare
      label="Internet endpoints"
      records={endpoints}
      keyOf={(endpoint) => endpoint.id}
      columns={[
        { id: 'id', title: 'Endpoint', cell: (one) => <Reported text={one.id} /> },
        {
          id: 'address',
          title: 'Address',
          isShort: true,
          cell: (one) => <Reported text={`${one.host}:${one.port}`} />,
        },
        {
          id: 'status',
          title: 'Result',
          minWidth: '220px',
          cell: (one) => (
            <>
              <Status tone={ENDPOINT_STATUS[one.status].tone}>
                {ENDPOINT_STATUS[one.status].name}
              </Status>
              <Text block size={200} className={styles.quiet}>
                <Reported text={one.result} />
              </Text>
            </>
          ),
        },
        { id: 'critical', title: 'Critical', cell: (one) => (one.critical ? 'Yes' : 'No') },
        {
          id: 'checked',
          title: 'Checked',
          isShort: true,
          cell: (one) => <Moment at={one.checkedDateTime} never="Never" />,
        },
      ]}
    />
  );
}
