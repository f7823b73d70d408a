import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  asMoorlineError,
  type Clock,
  type ConnectorId,
  type Logger,
} from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { createSingleFile } from '../single-file.ts';
import type { ConnectorEvents } from './connector-events.ts';
import { type ConnectorHealth, CYCLE_MS, connectorHealth } from './connector-health.ts';
import { type ConnectorSample, keepSamples } from './connector-minutes.ts';
import type { ConnectorStore } from './connector-store.ts';
import { relayErrors } from './errors.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Relay } from './relay.ts';
import type { UplinkSessions } from './sessions.ts';
import type { KnownConnector } from './tables.ts';

/**
 * Sends every connected site a request that changes nothing, through the site's own queue and back, once a cycle;
 * keeps what it saw, and tells when a connector's status has changed.
 */
export interface Prober {
  /** A probe now, or the one under way. Never throws: what it found is evidence. */
  probe(connectorId: ConnectorId): Promise<void>;
  /** Judges these connectors again; a status that is another than before becomes an event. */
  judge(connectorIds: readonly ConnectorId[]): Promise<void>;
  /** Cycles until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** No answer at all, as opposed to one that says that something fails there. */
const UNANSWERED: ReadonlySet<string> = new Set([
  relayErrors.timeout.spec.code,
  relayErrors.notConnected.spec.code,
  relayErrors.busy.spec.code,
]);

export function createProber(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly events: ConnectorEvents;
  readonly evidence: EvidenceStore;
  readonly sessions: UplinkSessions;
  readonly relay: Relay;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onJudged: (connectorId: ConnectorId) => void;
}): Prober {
  const { authorityId, database, connectors, events, evidence, sessions, relay, clock, logger } =
    deps;
  /** Two that judge at once would tell the same change twice. */
  const inTurn = createSingleFile();
  const underWay = new Map<ConnectorId, Promise<void>>();

  const ask = async (connectorId: ConnectorId): Promise<void> => {
    const session = sessions.get(connectorId);
    if (!session || session.protocol < 2) return;
    const startedAt = clock.now();
    try {
      const { tookMs, report } = await relay.request(connectorId, null, 'connector.probe', {});
      evidence.answered(connectorId, report, Math.max(0, clock.now() - startedAt - tookMs));
    } catch (thrown) {
      const error = asMoorlineError(thrown);
      logger.info({ connectorId, code: error.code }, 'a probe did not come back');
      evidence.failed(connectorId, error.message, !UNANSWERED.has(error.code));
    }
  };

  const probe = (connectorId: ConnectorId): Promise<void> => {
    const running = underWay.get(connectorId);
    if (running) return running;
    const started = ask(connectorId).finally(() => underWay.delete(connectorId));
    underWay.set(connectorId, started);
    return started;
  };

  const judgeOne = async (tx: Transaction, row: KnownConnector): Promise<void> => {
    const connectorId = row.id as ConnectorId; // a row of the table has it
    const answeredAt = evidence.answeredAt(connectorId);
    const isNews = answeredAt !== null && answeredAt > (row.last_probe_at?.getTime() ?? 0);
    const seen = isNews ? { ...row, last_probe_at: new Date(answeredAt) } : row;
    const health = connectorHealth(seen, evidence.of(connectorId), clock.now());
    await connectors.noteHealth(tx, connectorId, {
      last_probe_at: seen.last_probe_at,
      last_status: health.status,
    });
    if (row.last_status === null ? health.status === 'healthy' : row.last_status === health.status)
      return;
    await events.note(tx, connectorId, {
      kind: 'statusChanged',
      severity: SEVERITIES[health.status],
      message: told(row.last_status, health),
    });
  };

  const judgeIn = async (tx: Transaction, ids: readonly ConnectorId[]): Promise<void> => {
    for (const id of ids) {
      const row = await connectors.find(tx, id);
      if (row && !row.revoked_at) await judgeOne(tx, row);
    }
  };

  const cycle = async (): Promise<void> => {
    const rows = await database.read(authorityId, connectors.list);
    const present = rows.filter(({ revoked_at }) => !revoked_at);
    const ids = present.map(({ id }) => id as ConnectorId); // as above
    const asked = clock.now();
    await Promise.all(ids.map(probe));
    const samples = ids.map((connectorId): ConnectorSample => {
      const isAnswered = (evidence.answeredAt(connectorId) ?? 0) >= asked;
      return {
        connectorId,
        isConnected: sessions.get(connectorId) !== undefined,
        roundTripMs: isAnswered ? evidence.roundTripMs(connectorId) : null,
      };
    });
    await inTurn(() =>
      database.transaction(authorityId, async (tx) => {
        await keepSamples(tx, samples, clock.now());
        await judgeIn(tx, ids);
      }),
    );
    for (const id of ids) deps.onJudged(id);
  };

  return {
    probe,
    async judge(connectorIds) {
      await inTurn(() => database.transaction(authorityId, (tx) => judgeIn(tx, connectorIds)));
      for (const id of connectorIds) deps.onJudged(id);
    },
    async run(signal) {
      let dueAt = clock.now();
      while (!signal.aborted) {
        dueAt = Math.max(dueAt + CYCLE_MS, clock.now());
        await clock.sleep(dueAt - clock.now(), { signal }).catch(() => {}); // stopping
        if (signal.aborted) return;
        await cycle().catch((err: unknown) => {
          if (!signal.aborted) logger.warn({ err }, 'the connectors could not be judged');
        });
      }
    },
  };
}

const SEVERITIES = {
  healthy: 'info',
  notEnabled: 'info',
  warning: 'warning',
  unhealthy: 'error',
} as const;

const WORDS = {
  healthy: 'Healthy',
  warning: 'Warning',
  unhealthy: 'Unhealthy',
  notEnabled: 'Not enabled',
} as const;

function told(before: KnownConnector['last_status'], health: ConnectorHealth): string {
  const from = before === null ? '' : `${WORDS[before]} → `;
  return `${from}${WORDS[health.status]}. ${health.statusReason}`;
}
