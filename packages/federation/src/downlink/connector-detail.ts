import type { Connector, ConnectorDetail } from '@moorline/contracts/admin';
import { FEDERATION_PROTOCOL } from '@moorline/contracts/federation';
import { rfc3339 } from '@moorline/kernel';
import {
  type ConnectorEvidence,
  type ConnectorHealth,
  lastSeenAt,
  upgradeUnlocks,
} from './connector-health.ts';
import type { UplinkSession } from './sessions.ts';
import type { KnownConnector } from './tables.ts';

const SITE_CODE = /^[A-Z0-9]{3}$/i;

/** A connector as lists show it. */
export function presentConnector(
  row: KnownConnector,
  health: ConnectorHealth,
  session: UplinkSession | undefined,
  deviceCount: number,
): Connector {
  return {
    id: row.id,
    siteId: row.site_id,
    displayName: row.display_name,
    status: health.status,
    statusReason: health.statusReason,
    online: session !== undefined,
    connectedDateTime: session ? rfc3339(session.connectedAt) : null,
    lastSyncDateTime: row.last_sync_at?.toISOString() ?? null,
    deviceCount,
    siteVersion: row.site_version,
    protocolVersion: row.protocol,
    attachedDateTime: row.attached_at.toISOString(),
    attachedBy: row.attached_by,
    certificateExpirationDateTime: row.certificate_ends_at.toISOString(),
  };
}

/** Everything that is known of a connector. */
export function presentDetail(known: {
  readonly row: KnownConnector;
  readonly health: ConnectorHealth;
  readonly evidence: ConnectorEvidence;
  readonly session: UplinkSession | undefined;
  readonly roundTripMs: number | null;
  readonly deviceCount: number;
  readonly uptime: ConnectorDetail['connection']['uptime'];
  readonly actions: ConnectorDetail['actions'];
  readonly tenantVersion: string;
}): ConnectorDetail {
  const { row, health, evidence, session, deviceCount } = known;
  const { report } = evidence;
  const seenAt = session ? null : lastSeenAt(row);
  const unlocks = [...upgradeUnlocks(row.protocol)];
  return {
    ...presentConnector(row, health, session, deviceCount),
    siteCode: SITE_CODE.test(row.display_name) ? row.display_name.toUpperCase() : null,
    hierarchy: 'standAlone',
    region: null,
    detachedDateTime: row.revoked_at?.toISOString() ?? null,
    detachedBy: row.revoked_at ? row.detached_by : null,
    aspects: [...health.aspects],
    connection: {
      transport: session?.transport ?? null,
      remoteAddress: session?.remoteAddress ?? null,
      roundTripMs: session ? known.roundTripMs : null,
      lastSeenDateTime: seenAt === null ? null : rfc3339(seenAt),
      lastProbeDateTime: row.last_probe_at?.toISOString() ?? null,
      uptime: known.uptime,
    },
    upload: presentUpload(report, deviceCount),
    actions: known.actions,
    certificateRenewalDateTime: report?.site.certificate.renewAfter ?? null,
    endpoints:
      report?.site.endpoints?.map(({ checkedAt, ...endpoint }) => ({
        ...endpoint,
        checkedDateTime: checkedAt,
      })) ?? null,
    tenantVersion: known.tenantVersion,
    tenantProtocolVersion: FEDERATION_PROTOCOL,
    upgradeUnlocks: unlocks,
    recommendations: recommendations(row, health, session, unlocks, deviceCount),
  };
}

function presentUpload(
  report: ConnectorEvidence['report'],
  uploaded: number,
): ConnectorDetail['upload'] {
  const upload = report?.site.upload;
  const digest = upload?.digest;
  return {
    uploaded,
    inScope: upload?.inScope ?? null,
    excluded: upload?.excluded ?? null,
    lagRows: upload?.lagRows ?? null,
    lagSeconds: upload?.lagSeconds ?? null,
    isPaused: upload?.phase === 'paused',
    reason: upload?.reason ?? null,
    lastFullSyncDateTime: upload?.lastFullSyncAt ?? null,
    digest: digest
      ? {
          state: digest.state,
          comparedDateTime: digest.comparedAt,
          differingDevices: digest.differingDevices,
        }
      : null,
    reportedDateTime: report ? rfc3339(report.at) : null,
  };
}

const URGENCY = { unhealthy: 0, warning: 1, healthy: 2, notEnabled: 2 } as const;

function recommendations(
  row: KnownConnector,
  { aspects }: ConnectorHealth,
  session: UplinkSession | undefined,
  unlocks: readonly string[],
  deviceCount: number,
): ConnectorDetail['recommendations'] {
  if (row.revoked_at) return [];
  const given = aspects
    .filter(({ status }) => status === 'warning' || status === 'unhealthy')
    .sort((a, b) => URGENCY[a.status] - URGENCY[b.status])
    .map(({ aspect, reason }) => ({ id: `aspect.${aspect}`, text: reason }));
  if (unlocks.length > 0) {
    given.push({
      id: 'upgrade',
      text: `Update ${row.display_name} to the version of this tenant: ${unlocks.length} things it would bring are listed under Versions.`,
    });
  }
  if (session?.transport === 'longPolling') {
    given.push({
      id: 'webSocket',
      text: 'Let WebSockets from the site to this tenant pass: by long polling, actions come a round trip later.',
    });
  }
  if (session && deviceCount === 0) {
    given.push({
      id: 'noDevices',
      text: 'No device is uploaded: enrol one at the site, or widen the scope of its upload there.',
    });
  }
  return given;
}
