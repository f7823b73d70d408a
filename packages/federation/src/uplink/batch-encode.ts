import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ActionRecord, DeviceRow, TombstoneRecord } from '@moorline/contracts/federation';
import { type Database, readChanges } from '@moorline/db';
import type { ActionId, AuthorityId, DeviceId } from '@moorline/kernel';
import type { UploadedAction, UploadedDevice, UploadSource } from '@moorline/model/ports';

/** A batch that is ready to be sent; `body` is null when the changes concern nothing that is uploaded. */
export interface EncodedBatch {
  readonly from: string;
  readonly to: string;
  /** More changes wait behind `to`. */
  readonly more: boolean;
  readonly records: number;
  /** gzip of NDJSON. */
  readonly body: Uint8Array;
}

/** Of the text: half of what the tenant takes, so that no single record can carry a batch over it. */
const MAX_BYTES = 8 * 1024 * 1024;

const deflate = promisify(gzip);

/** Reads what changed after `from`, as it is now, and packs at most `limit` of it; undefined when nothing did. */
export type NextBatch = (from: string, limit: number) => Promise<EncodedBatch | undefined>;

export function createNextBatch(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly source: UploadSource;
}): NextBatch {
  const { authorityId, database, source } = deps;
  return async (from, limit) => {
    const changes = await database.read(authorityId, (tx) =>
      readChanges(tx, { topics: ['device', 'action'], after: from, limit }),
    );
    const last = changes.entries.at(-1);
    if (!last) return undefined;
    // Keys of these two topics are ids: that is what the ports say who append them.
    const keys = (topic: string): string[] =>
      changes.entries.filter((entry) => entry.topic === topic).map((entry) => entry.key);
    const [devices, actions] = await Promise.all([
      readAll(keys('device') as DeviceId[], (ids) => source.readDevices(ids)),
      readAll(keys('action') as ActionId[], (ids) => source.readActions(ids)),
    ]);
    const lines: string[] = [];
    let bytes = 0;
    let to = from;
    for (const entry of changes.entries) {
      const line =
        entry.topic === 'device'
          ? deviceLine(entry.key, devices.get(entry.key))
          : actionLine(actions.get(entry.key));
      if (bytes > 0 && bytes + line.length > MAX_BYTES) break;
      if (line !== '') lines.push(line);
      bytes += line.length;
      to = entry.position;
    }
    const isCut = to !== last.position;
    const body = await deflate(lines.join('\n'), { level: 1 });
    return {
      from,
      to: isCut ? to : changes.to,
      more: isCut || changes.more,
      records: lines.length,
      body,
    };
  };
}

async function readAll<Id extends string, T extends { readonly id: Id }>(
  ids: readonly Id[],
  read: (ids: readonly Id[]) => Promise<readonly T[]>,
): Promise<ReadonlyMap<string, T>> {
  if (ids.length === 0) return new Map();
  return new Map((await read(ids)).map((item) => [item.id, item]));
}

function deviceLine(id: string, device: UploadedDevice | undefined): string {
  return JSON.stringify(device ? deviceRow(device) : tombstone(id));
}

/** The device as a line of a batch holds it. */
export function deviceRow(device: UploadedDevice): DeviceRow {
  const { summary } = device;
  return [
    device.id,
    summary.name,
    summary.operatingSystem,
    summary.osVersion,
    summary.manufacturer,
    summary.model,
    summary.serialNumber,
    summary.architecture,
    summary.chassisType,
    summary.physicalMemoryBytes,
    summary.totalStorageBytes,
    summary.freeStorageBytes,
    summary.ethernetMacAddress,
    summary.wifiMacAddress,
    device.online,
    device.lastContactAt,
    device.enrolledAt,
    device.clientVersion,
    device.certificateExpiresAt,
  ];
}

function tombstone(id: string): TombstoneRecord {
  return { kind: 'tombstone', id };
}

function actionLine(action: UploadedAction | undefined): string {
  if (!action) return ''; // not one that came through a relay
  const record: Pick<ActionRecord, 'kind' | 'id'> & Omit<UploadedAction, 'id'> = {
    kind: 'action',
    id: action.id,
    hops: action.hops,
    result: action.result,
  };
  return JSON.stringify(record);
}
