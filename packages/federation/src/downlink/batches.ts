import { comparePositions, isPosition } from '@moorline/contracts/federation';
import { commitWithoutWaiting, type Database } from '@moorline/db';
import type { AuthorityId, Clock, ConnectorId } from '@moorline/kernel';
import type { Transaction, UploadSink } from '@moorline/model/ports';
import type { Arrival } from './arrivals.ts';
import { type BatchContent, decodeBatch } from './batch-decode.ts';
import type { ConnectorStore } from './connector-store.ts';
import { downlinkErrors } from './errors.ts';

export interface BatchRequest {
  readonly connectorId: ConnectorId;
  readonly epoch: string;
  readonly from: string;
  readonly to: string;
  /** More batches are on their way behind this one. */
  readonly hasMore: boolean;
  /** NDJSON, inflated. */
  readonly body: Uint8Array;
  /** Batches before this one may be on their way. */
  readonly arrival?: Pick<Arrival, 'next' | 'storing' | 'turn'>;
}

export interface AppliedBatch {
  /** Everything up to here is stored. */
  readonly cursor: string;
  /** What this call stored; null for a repeat of what was stored before. */
  readonly content: BatchContent | null;
}

/**
 * Stores a batch and moves the connector's cursor in one transaction: applied once however often it is sent,
 * whichever of the two processes is killed at whatever point.
 * @throws `uplink.position_malformed`, `uplink.epoch_unknown`, `uplink.cursor_mismatch` (details: `cursor`),
 *   `uplink.batch_*`, `uplink.connector_*`
 */
export type ApplyBatch = (request: BatchRequest) => Promise<AppliedBatch>;

export function createApplyBatch(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly uploadSink: () => UploadSink;
  readonly clock: Clock;
}): ApplyBatch {
  const { authorityId, database, connectors, clock } = deps;

  const store = async (
    tx: Transaction,
    request: BatchRequest,
    content: BatchContent,
  ): Promise<AppliedBatch> => {
    const { connectorId, epoch, from, to, hasMore, arrival } = request;
    const sink = deps.uploadSink();
    // Before its turn, while the batch before it is being stored.
    const staged =
      content.devices.length > 0 ? await sink.stageDevices(tx, content.devices) : undefined;
    await arrival?.turn();
    arrival?.storing();
    const row = await connectors.find(tx, connectorId, { lock: true });
    if (!row) throw downlinkErrors.connectorUnknown({ connectorId });
    if (row.revoked_at) throw downlinkErrors.connectorRevoked({ name: row.display_name });
    if (row.epoch !== epoch) throw downlinkErrors.epochUnknown();
    if (comparePositions(to, row.cursor) <= 0) return { cursor: row.cursor, content: null };
    if (row.cursor !== from) throw downlinkErrors.cursorMismatch({ from, cursor: row.cursor });
    await staged?.apply(connectorId);
    if (content.removed.length > 0) await sink.removeDevices(tx, connectorId, content.removed);
    if (content.actions.length > 0) await sink.applyActions(tx, connectorId, content.actions);
    // The cursor is lost together with what it stands for, and the site goes on from the one before.
    if (hasMore) await commitWithoutWaiting(tx);
    await connectors.update(tx, connectorId, { cursor: to, last_sync_at: new Date(clock.now()) });
    return { cursor: to, content };
  };

  return async (request) => {
    checkPositions(request);
    const content = decodeBatch(request.body);
    await request.arrival?.next();
    return database.transaction(authorityId, (tx) => store(tx, request, content));
  };
}

function checkPositions({ from, to }: BatchRequest): void {
  if (!isPosition(from)) throw downlinkErrors.positionMalformed({ header: 'from' });
  if (!isPosition(to) || comparePositions(to, from) <= 0) {
    throw downlinkErrors.positionMalformed({ header: 'to' });
  }
}
