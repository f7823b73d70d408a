import type { ConnectorDetail } from '@moorline/contracts/admin';

type Facts = Readonly<Record<string, unknown>>;

/** A connector for a terminal: one line a fact, in the order of its page in the console. */
export function connectorFacts(connector: ConnectorDetail): Facts {
  return {
    id: connector.id,
    displayName: connector.displayName,
    siteCode: connector.siteCode,
    hierarchy: connector.hierarchy,
    region: connector.region,
    status: connector.status,
    statusReason: connector.statusReason,
    ...named(connector.aspects, ({ aspect, status, reason }) => [
      `aspect ${aspect}`,
      `${status}: ${reason}`,
    ]),
    attached: `${connector.attachedDateTime} by ${connector.attachedBy}`,
    detached:
      connector.detachedDateTime && `${connector.detachedDateTime} by ${connector.detachedBy}`,
    ...connectionFacts(connector),
    ...uploadFacts(connector),
    ...actionFacts(connector),
    certificateEnds: connector.certificateExpirationDateTime,
    certificateRenews: connector.certificateRenewalDateTime,
    ...named(connector.endpoints ?? [], (one) => [
      `endpoint ${one.id}`,
      `${one.status}: ${one.host}:${one.port}. ${one.result}`,
    ]),
    versions: `site ${connector.siteVersion} (protocol ${connector.protocolVersion}), tenant ${connector.tenantVersion} (protocol ${connector.tenantProtocolVersion})`,
    upgradeUnlocks: connector.upgradeUnlocks.join('; ') || null,
    recommendations: connector.recommendations.map(({ text }) => text).join(' ') || null,
  };
}

function connectionFacts({ connection, connectedDateTime }: ConnectorDetail): Facts {
  const { percent, buckets } = connection.uptime;
  return {
    connectedSince: connectedDateTime,
    transport: connection.transport,
    remoteAddress: connection.remoteAddress,
    roundTripMs: connection.roundTripMs,
    lastSeen: connection.lastSeenDateTime,
    lastProbe: connection.lastProbeDateTime,
    uptime24h: percent === null ? null : `${percent} %`,
    uptimeStrip: strip(buckets),
  };
}

function uploadFacts({ upload, lastSyncDateTime }: ConnectorDetail): Facts {
  const { digest } = upload;
  return {
    lastSync: lastSyncDateTime,
    lag: upload.lagSeconds === null ? null : `${upload.lagSeconds} s, ${upload.lagRows} rows`,
    devices: `${upload.uploaded} uploaded, ${upload.inScope ?? '?'} in scope, ${upload.excluded ?? '?'} excluded`,
    upload: upload.reason,
    lastFullSync: upload.lastFullSyncDateTime,
    digests: digest && `${digest.state}, compared ${digest.comparedDateTime}`,
  };
}

function actionFacts({ actions }: ConnectorDetail): Facts {
  const { oldestWaiting: oldest } = actions;
  return {
    actionsInFlight: actions.inFlight,
    actionsLastHour: spanText(actions.lastHour),
    actionsLastDay: spanText(actions.lastDay),
    oldestWaitingAction:
      oldest && `${oldest.action} since ${oldest.requestedDateTime}: ${oldest.reason}`,
  };
}

function named<T>(items: readonly T[], entry: (item: T) => [string, string]): Facts {
  return Object.fromEntries(items.map(entry));
}

function spanText({ count, p50Ms, p99Ms }: ConnectorDetail['actions']['lastHour']): string {
  return count === 0 ? 'none ended' : `${count} ended, p50 ${p50Ms} ms, p99 ${p99Ms} ms`;
}

/** A quarter of an hour a character, oldest first: `#` connected, `+` in part, `-` not, `.` not looked at. */
function strip(buckets: ConnectorDetail['connection']['uptime']['buckets']): string {
  return buckets.map(character).join('');
}

function character({
  minutes,
  connectedMinutes,
}: ConnectorDetail['connection']['uptime']['buckets'][number]): string {
  if (minutes === 0) return '.';
  if (connectedMinutes === minutes) return '#';
  return connectedMinutes > 0 ? '+' : '-';
}
