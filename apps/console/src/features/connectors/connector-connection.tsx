import { makeStyles, tokens } from '@fluentui/react-components';
import type { ConnectorDetail } from '@moorline/contracts/admin';
import { Facts } from '../../ui/facts.tsx';
import { formatNumber, NOT_KNOWN } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/section.tsx';
import { OnlineStatus } from '../../ui/status.tsx';
import { LatencyChart, UptimeStrip } from './uptime-drawing.tsx';

const TRANSPORTS = { webSocket: 'WebSocket', longPolling: 'Long polling' } as const;

const useStyles = makeStyles({
  body: { display: 'grid', gap: tokens.spacingVerticalL },
});

/** How the site is connected, with the last day drawn. */
export function ConnectionSection({ connector }: { connector: ConnectorDetail }) {
  const styles = useStyles();
  const { connection } = connector;
  const { roundTripMs } = connection;
  return (
    <Section title="Connection" aside="Uptime and round-trip time of the last 24 hours">
      <div className={styles.body}>
        <Facts
          facts={[
            { term: 'Connection', value: <OnlineStatus online={connector.online} /> },
            connector.online
              ? {
                  term: 'Connected since',
                  value: <Moment at={connector.connectedDateTime} never={NOT_KNOWN} />,
                }
              : {
                  term: 'Last seen',
                  value: <Moment at={connection.lastSeenDateTime} never="Never" />,
                },
            {
              term: 'Transport',
              value: connection.transport ? TRANSPORTS[connection.transport] : NOT_KNOWN,
            },
            { term: 'From', value: connection.remoteAddress ?? NOT_KNOWN },
            {
              term: 'Round trip',
              value: roundTripMs === null ? NOT_KNOWN : `${formatNumber(roundTripMs)} ms`,
              description: 'Of the last probe, without the time that the site took',
            },
            {
              term: 'Last probe',
              value: <Moment at={connection.lastProbeDateTime} never="Not answered yet" />,
            },
          ]}
        />
        <UptimeStrip uptime={connection.uptime} />
        <LatencyChart buckets={connection.uptime.buckets} />
      </div>
    </Section>
  );
}
