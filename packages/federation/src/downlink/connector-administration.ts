import type { Connector, ConnectorDetail, ConnectorEvent } from '@moorline/contracts/admin';
import type { SiteReport } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import { type AuthorityId, type Clock, type ConnectorId, isUuid } from '@moorline/kernel';
import { type Actor, actorName } from '@moorline/model';
import type { RecordAudit } from '../ports.ts';
import type { ConnectorAdministration } from './admin-routes.ts';
import { presentConnector, presentDetail } from './connector-detail.ts';
import type { ConnectorEvents } from './connector-events.ts';
import { type ConnectorHealth, connectorHealth } from './connector-health.ts';
import { readUptime } from './connector-minutes.ts';
import type { ConnectorStore } from './connector-store.ts';
import { downlinkErrors } from './errors.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Leaving } from './leaving.ts';
import type { Prober } from './prober.ts';
import type { Relay } from './relay.ts';
import type { UplinkSessions } from './sessions.ts';
import type { KnownConnector } from './tables.ts';

export function createConnectorAdministration(deps: {
  readonly authorityId: AuthorityId;
  readonly version: string;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly events: ConnectorEvents;
  readonly evidence: EvidenceStore;
  readonly prober: Prober;
  readonly relay: Relay;
  readonly leaving: Leaving;
  readonly sessions: UplinkSessions;
  readonly clock: Clock;
  readonly audit: RecordAudit;
  /** Devices per connector that has any. */
  readonly deviceCounts: () => Promise<ReadonlyMap<ConnectorId, number>>;
  readonly actionFigures: (origin: ConnectorId) => Promise<ConnectorDetail['actions']>;
}): ConnectorAdministration {
  const { authorityId, database, connectors, events, evidence, prober, relay, sessions, clock } =
    deps;

  const find = async (id: string): Promise<KnownConnector & { readonly id: ConnectorId }> => {
    const row = isUuid(id)
      ? await database.read(authorityId, (tx) => connectors.find(tx, id))
      : undefined;
    if (!row) throw downlinkErrors.connectorNotFound({ connectorId: id });
    return { ...row, id: row.id as ConnectorId }; // the table's own id
  };

  const healthOf = (row: KnownConnector): ConnectorHealth =>
    connectorHealth(row, evidence.of(row.id as ConnectorId), clock.now());

  const present = (row: KnownConnector, counts: ReadonlyMap<string, number>): Connector =>
    presentConnector(
      row,
      healthOf(row),
      sessions.get(row.id as ConnectorId), // the table's own id
      counts.get(row.id) ?? 0,
    );

  const get = async (id: string): Promise<ConnectorDetail> => {
    const row = await find(id);
    const counts = await deps.deviceCounts();
    return presentDetail({
      row,
      health: healthOf(row),
      evidence: evidence.of(row.id),
      session: sessions.get(row.id),
      roundTripMs: evidence.roundTripMs(row.id),
      deviceCount: counts.get(row.id) ?? 0,
      uptime: await database.read(authorityId, (tx) => readUptime(tx, id, clock.now())),
      actions: await deps.actionFigures(row.id),
      tenantVersion: deps.version,
    });
  };

  const record = (
    actor: Actor,
    activity: string,
    id: string,
    details: Record<string, string> = {},
  ): Promise<void> =>
    database.transaction(authorityId, (tx) =>
      deps.audit(tx, {
        activity,
        actor: actorName(actor),
        target: id,
        result: 'success',
        details,
        at: clock.now(),
      }),
    );

  /** The site did it and says how it stands now. */
  const took = async (
    actor: Actor,
    activity: string,
    connectorId: ConnectorId,
    report: SiteReport,
  ): Promise<void> => {
    evidence.reported(connectorId, report);
    await record(actor, activity, connectorId);
    await prober.judge([connectorId]);
  };

  return {
    get,
    async list() {
      const rows = await database.read(authorityId, connectors.list);
      const counts = await deps.deviceCounts();
      return rows.map((row) => present(row, counts));
    },
    async events(id): Promise<readonly ConnectorEvent[]> {
      const row = await find(id);
      return database.read(authorityId, (tx) => events.list(tx, row.id));
    },
    async check(id) {
      const row = await find(id);
      if (sessions.get(row.id)) {
        const { report } = await relay.request(row.id, null, 'connector.checkEndpoints', {});
        evidence.reported(row.id, report);
        await prober.probe(row.id);
      }
      await prober.judge([row.id]);
      return get(id);
    },
    async rotateCertificate(actor, id) {
      const row = await find(id);
      const { renewAfter } = await relay.request(row.id, actor, 'connector.rotateCertificate', {});
      await record(actor, 'connectors.rotateCertificate', row.id, { renewAfter });
      return get(id);
    },
    async resync(actor, id, full) {
      const row = await find(id);
      const { report } = await relay.request(row.id, actor, 'connector.resync', { full });
      await took(actor, full ? 'connectors.resyncFull' : 'connectors.resync', row.id, report);
      return get(id);
    },
    async pauseUpload(actor, id, isPaused) {
      const row = await find(id);
      const { report } = await relay.request(row.id, actor, 'connector.pauseUpload', { isPaused });
      const activity = isPaused ? 'connectors.pauseUpload' : 'connectors.resumeUpload';
      await took(actor, activity, row.id, report);
      return get(id);
    },
    async detach(actor, id) {
      const row = await find(id);
      await deps.leaving.detach(row.id, { actor: actorName(actor) });
    },
  };
}
