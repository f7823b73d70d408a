import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ActionRecord, DeviceRow, TombstoneRecord } from '@moorline/contracts/federation';
import { type Database, readChanges } from '@moorline/db';
import type { ActionId, AuthorityId, DeviceId } from '@moorline/kernel';
import type {
  ChangeTopic,
  UploadedAction,
  UploadedDevice,
  UploadSelection,
  UploadSource,
} from '@moorline/model/ports';
import { isWhole, selectionOf, type UploadChoices } from './upload-settings.ts';

/** A batch that is ready to be sent; `body` is null when the changes concern nothing that is uploaded. */
export interface EncodedBatch {
  readonly from: string;
  readonly to: string;
  /** More changes wait behind `to`. */
  readonly more: boolean;
  readonly records: number;
  /** Of the settings that it was made with. */
  readonly settingsVersion: number;
  /** gzip of NDJSON. */
  readonly body: Uint8Array;
}

/** Of the text: half of what the tenant takes, so that no single record can carry a batch over it. */
const MAX_BYTES = 8 * 1024 * 1024;

/** What of the change log is uploaded. */
export const UPLOAD_TOPICS: readonly ChangeTopic[] = ['device', 'action', 'departure'];

const deflate = promisify(gzip);

/** Reads what changed after `from`, as it is now, and packs at most `limit` of it; undefined when nothing did. */
export type NextBatch = (from: string, limit: number) => Promise<EncodedBatch | undefined>;

export function createNextBatch(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly source: () => UploadSource;
  readonly choices: Pick<UploadChoices, 'current'>;
}): NextBatch {
  const { authorityId, database } = deps;
  return async (from, limit) => {
    const source = deps.source();
    const changes = await database.read(authorityId, (tx) =>
      readChanges(tx, { topics: UPLOAD_TOPICS, after: from, limit }),
    );
    const last = changes.entries.at(-1);
    if (!last) return undefined;
    // Keys of these two topics are ids: that is what the ports say who append them.
    const keys = (topic: string): string[] =>
      changes.entries.filter((entry) => entry.topic === topic).map((entry) => entry.key);
    // After the log was read: settings that it knows of are those that hold.
    const { settings, version } = await deps.choices.current();
    const departing = keys('departure');
    const ids = [...new Set([...keys('device'), ...departing])] as DeviceId[];
    const [told, actions] = await Promise.all([
      readTold(source, ids, selectionOf(settings)),
      readAll(keys('action') as ActionId[], (asked) => source.readActions(asked)),
    ]);
    const lines: string[] = [];
    let bytes = 0;
    let to = from;
    for (const entry of changes.entries) {
      const line =
        entry.topic === 'device'
          ? deviceLine(entry.key, told)
          : entry.topic === 'departure'
            ? departureLine(entry.key, told)
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
      settingsVersion: version,
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

interface ToldDevices {
  readonly devices: ReadonlyMap<string, UploadedDevice>;
  /** Those that are here and do not leave; nothing is said of them. */
  readonly silent: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

async function readTold(
  source: UploadSource,
  ids: readonly DeviceId[],
  selection: UploadSelection,
): Promise<ToldDevices> {
  if (isWhole(selection)) {
    return { devices: await readAll(ids, (some) => source.readDevices(some)), silent: NOBODY };
  }
  const selected = await source.selectDevices(ids, selection);
  return {
    devices: new Map(selected.devices.map((device) => [device.id, device])),
    // Where nobody notes who leaves, every one that stays here may have been told before.
    silent: selected.mayHaveLeft ? NOBODY : new Set(selected.withheld),
  };
}

function deviceLine(id: string, told: ToldDevices): string {
  const device = told.devices.get(id);
  if (device) return JSON.stringify(deviceRow(device));
  return told.silent.has(id) ? '' : JSON.stringify(tombstone(id));
}

function departureLine(id: string, told: ToldDevices): string {
  // One that has come back was noted as changed, too.
  return told.devices.has(id) ? '' : JSON.stringify(tombstone(id));
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

/** Empty when nothing is to be said of it. */
export function actionLine(action: UploadedAction | undefined): string {
  if (!action) return ''; // not one that came through a relay
  const record: Pick<ActionRecord, 'kind' | 'id'> & Omit<UploadedAction, 'id'> = {
    kind: 'action',
    id: action.id,
    hops: action.hops,
    result: action.result,
  };
  return JSON.stringify(record);
}
