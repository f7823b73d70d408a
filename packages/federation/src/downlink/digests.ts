import {
  DIGEST_FORMAT,
  type DigestsAnswer,
  type DigestsBody,
} from '@moorline/contracts/federation';
import { type Database, oneMoment } from '@moorline/db';
import { createTokenBuckets, httpErrors } from '@moorline/http';
import type { AuthorityId, Clock, ConnectorId } from '@moorline/kernel';
import type { UploadSink } from '@moorline/model/ports';
import type { ConnectorStore } from './connector-store.ts';
import { downlinkErrors } from './errors.ts';

/** Every one reads all devices of the connector: so many at once, then one in ten seconds. */
const REQUESTS = { capacity: 160, refillPerSecond: 0.1, maxKeys: 10_000 } as const;

/**
 * What is held of a connector's devices, in little, as of the position up to which its batches are applied.
 * @throws `uplink.epoch_unknown`, `uplink.digest_format_unknown`, `uplink.connector_unknown`,
 *   `request.too_many_requests`
 */
export type ReadDigests = (connectorId: ConnectorId, body: DigestsBody) => Promise<DigestsAnswer>;

export function createReadDigests(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly uploadSink: () => UploadSink;
  readonly clock: Clock;
}): ReadDigests {
  const { authorityId, database, connectors } = deps;
  const requests = createTokenBuckets(deps.clock, REQUESTS);

  return (connectorId, { format, epoch, buckets }) => {
    if (format !== DIGEST_FORMAT) throw downlinkErrors.digestFormatUnknown({ format });
    const waitMs = requests.take(connectorId);
    if (waitMs > 0) {
      throw httpErrors.tooManyRequests({ retryAfterSeconds: Math.ceil(waitMs / 1000) });
    }
    return database.read(authorityId, async (tx) => {
      // The cursor moves with the rows that it stands for.
      await oneMoment(tx);
      const row = await connectors.find(tx, connectorId);
      if (!row) throw downlinkErrors.connectorUnknown({ connectorId });
      if (row.epoch !== epoch) throw downlinkErrors.epochUnknown();
      const sink = deps.uploadSink();
      if (buckets) {
        const devices = await sink.digestDevices(tx, connectorId, buckets);
        return {
          cursor: row.cursor,
          buckets: [],
          devices: devices.map(({ id, digest }) => [id, digest]),
        };
      }
      const all = await sink.digestBuckets(tx, connectorId);
      return {
        cursor: row.cursor,
        buckets: all.map((one) => [one.bucket, one.devices, one.digest]),
        devices: [],
      };
    });
  };
}
