import { FIRST_POSITION, UPLINK_CLOSE } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import type {
  AuthorityId,
  Clock,
  ConnectorId,
  DeviceId,
  Json,
  Logger,
  TaskGroup,
} from '@moorline/kernel';
import type { Transaction, UploadSink } from '@moorline/model/ports';
import type { RecordAudit } from '../ports.ts';
import type { ConnectorEvents } from './connector-events.ts';
import type { ConnectorStore } from './connector-store.ts';
import { downlinkErrors } from './errors.ts';
import type { UplinkSessions } from './sessions.ts';

/** The end of a connector, whoever ends it. What it did stays on record; its devices leave this authority. */
export interface Leaving {
  /**
   * Ends certificate and uplink at once and removes the devices behind it. Idempotent: false when it had ended.
   * @throws `connectors.not_found`
   */
  detach(
    connectorId: ConnectorId,
    by: { readonly actor: string; readonly details?: { readonly [key: string]: Json } },
  ): Promise<boolean>;
  /** In the transaction that brings a connector back: nothing of what it had may be left. */
  removeAll(tx: Transaction, connectorId: ConnectorId): Promise<void>;
  /** Goes on with what a kill interrupted. */
  resume(): Promise<void>;
}

/** Removed in one transaction: lists and pages stay quick meanwhile. */
const AT_ONCE = 2000;

export function createLeaving(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly events: ConnectorEvents;
  readonly uploadSink: () => UploadSink;
  /** Some of the devices of a connector, at most `limit`. */
  readonly heldDevices: (
    tx: Transaction,
    origin: ConnectorId,
    limit: number,
  ) => Promise<readonly DeviceId[]>;
  readonly sessions: Pick<UplinkSessions, 'end'>;
  readonly tasks: TaskGroup;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  readonly onDetached: (connectorId: ConnectorId) => void;
}): Leaving {
  const { authorityId, database, connectors, clock, logger } = deps;

  /** How many were removed. */
  const removeSome = async (tx: Transaction, connectorId: ConnectorId): Promise<number> => {
    const ids = await deps.heldDevices(tx, connectorId, AT_ONCE);
    if (ids.length > 0) await deps.uploadSink().removeDevices(tx, connectorId, ids);
    return ids.length;
  };

  /** One transaction's worth; false when nothing is left, or the connector has come back. */
  const step = (connectorId: ConnectorId): Promise<boolean> =>
    database.transaction(authorityId, async (tx) => {
      const row = await connectors.find(tx, connectorId, { lock: true });
      return row?.revoked_at ? (await removeSome(tx, connectorId)) > 0 : false;
    });

  const clear = (connectorId: ConnectorId): void =>
    deps.tasks.run('remove devices', async (signal) => {
      while (!signal.aborted) {
        try {
          if (!(await step(connectorId))) return;
        } catch (err) {
          logger.warn({ err, connectorId }, 'devices of a detached site not removed yet');
          await clock.sleep(1000, { signal }).catch(() => {}); // stopping
        }
      }
    });

  return {
    async detach(connectorId, { actor, details }) {
      const isNews = await database.transaction(authorityId, async (tx) => {
        const row = await connectors.find(tx, connectorId, { lock: true });
        if (!row) throw downlinkErrors.connectorNotFound({ connectorId });
        if (row.revoked_at) return false;
        await connectors.update(tx, connectorId, {
          revoked_at: new Date(clock.now()),
          detached_by: actor,
          next_serial: null,
          next_ends_at: null,
          // It may come back with the same change log, and then all of it is wanted.
          cursor: FIRST_POSITION,
        });
        const { last_probe_at } = row;
        await connectors.noteHealth(tx, connectorId, { last_probe_at, last_status: 'notEnabled' });
        await deps.events.note(tx, connectorId, {
          kind: 'detached',
          severity: 'info',
          message: `Detached by ${actor}. Its devices leave this tenant; history and audit stay.`,
        });
        await deps.audit(tx, {
          activity: 'connectors.detach',
          actor,
          target: connectorId,
          result: 'success',
          details: {
            siteName: row.display_name,
            certificateSerial: row.certificate_serial,
            ...details,
          },
          at: clock.now(),
        });
        return true;
      });
      deps.sessions.end(connectorId, UPLINK_CLOSE.revoked, 'The connector was detached.');
      clear(connectorId);
      if (isNews) deps.onDetached(connectorId);
      return isNews;
    },
    async removeAll(tx, connectorId) {
      for (let removed = AT_ONCE; removed > 0; ) removed = await removeSome(tx, connectorId);
    },
    async resume() {
      const rows = await database.read(authorityId, connectors.list);
      for (const row of rows) if (row.revoked_at) clear(row.id as ConnectorId); // the table's own id
    },
  };
}
