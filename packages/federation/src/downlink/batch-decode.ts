import {
  ActionRecord,
  DeviceRow,
  FEDERATION_LIMITS,
  TombstoneRecord,
} from '@moorline/contracts/federation';
import type { ActionId, DeviceId } from '@moorline/kernel';
import type { UploadedAction, UploadedDevice } from '@moorline/model/ports';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../text-safety.ts';
import { downlinkErrors } from './errors.ts';

/** A batch after every line was checked; each device and action once, as its last line tells it. */
export interface BatchContent {
  readonly devices: readonly UploadedDevice[];
  readonly removed: readonly DeviceId[];
  readonly actions: readonly UploadedAction[];
}

const VALIDATORS = {
  device: Compile(DeviceRow),
  tombstone: Compile(TombstoneRecord),
  action: Compile(ActionRecord),
} as const;

/**
 * The records of an NDJSON body, inflated already and within the size limit.
 * @throws `uplink.batch_encoding`, `uplink.batch_too_large`, `uplink.batch_malformed`
 */
export function decodeBatch(body: Uint8Array): BatchContent {
  const text = decodeText(body);
  const devices = new Map<string, UploadedDevice | null>();
  const actions = new Map<string, UploadedAction>();
  let line = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line += 1;
    if (line > FEDERATION_LIMITS.batchRecords) {
      throw downlinkErrors.batchTooLarge({ limit: FEDERATION_LIMITS.batchRecords });
    }
    take(text.slice(start, end), line, devices, actions);
    start = end + 1;
  }
  const removed: DeviceId[] = [];
  const present: UploadedDevice[] = [];
  // The schema holds ids to the form of a UUID, which is all that a DeviceId promises.
  for (const [id, device] of devices) device ? present.push(device) : removed.push(id as DeviceId);
  return { devices: present, removed, actions: [...actions.values()] };
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw downlinkErrors.batchEncoding({}, { cause: error });
  }
}

function take(
  text: string,
  line: number,
  devices: Map<string, UploadedDevice | null>,
  actions: Map<string, UploadedAction>,
): void {
  const record = parse(text, line);
  // An escape is the only way in for a NUL or a lone surrogate: the bytes themselves were checked as UTF-8.
  if (text.includes('\\u') && !isStorableText(record)) {
    throw downlinkErrors.batchMalformed({
      line,
      problem: 'a text holds a NUL or half a character',
    });
  }
  // The schema holds ids to the form of a UUID, which is all that their brands promise.
  if (VALIDATORS.device.Check(record)) {
    const device = uploadedDevice(record);
    checkDay(line, device.lastContactAt);
    checkDay(line, device.enrolledAt);
    checkDay(line, device.certificateExpiresAt);
    devices.set(device.id, device);
  } else if (VALIDATORS.tombstone.Check(record)) {
    devices.set(record.id, null);
  } else if (VALIDATORS.action.Check(record)) {
    const { id, hops, result } = record;
    for (const hop of hops) checkDay(line, hop.at);
    actions.set(id, { id: id as ActionId, hops, result });
  } else {
    throw downlinkErrors.batchMalformed({ line, problem: problemOf(record) });
  }
}

function uploadedDevice(row: DeviceRow): UploadedDevice {
  return {
    // The schema holds ids to the form of a UUID, which is all that a DeviceId promises.
    id: row[0] as DeviceId,
    summary: {
      name: row[1],
      operatingSystem: row[2],
      osVersion: row[3],
      manufacturer: row[4],
      model: row[5],
      serialNumber: row[6],
      architecture: row[7],
      chassisType: row[8],
      physicalMemoryBytes: row[9],
      totalStorageBytes: row[10],
      freeStorageBytes: row[11],
      ethernetMacAddress: row[12],
      wifiMacAddress: row[13],
    },
    online: row[14],
    lastContactAt: row[15],
    enrolledAt: row[16],
    clientVersion: row[17],
    certificateExpiresAt: row[18],
  };
}

/** The schema's pattern lets the 30th of February through; PostgreSQL would not. */
function checkDay(line: number, text: string | null): void {
  // Only a day past the 28th can be one that its month does not have.
  if (text === null || text.slice(8, 10) <= '28') return;
  const time = Date.parse(text);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text.slice(0, 10))) {
    throw downlinkErrors.batchMalformed({ line, problem: `${text} is no time` });
  }
}

function parse(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw downlinkErrors.batchMalformed({ line, problem: 'it is not JSON' });
  }
}

function problemOf(record: unknown): string {
  if (Array.isArray(record)) return `device${firstError(VALIDATORS.device.Errors(record))}`;
  const kind =
    record !== null && typeof record === 'object' && 'kind' in record ? record.kind : null;
  if (kind !== 'tombstone' && kind !== 'action') return 'its kind is unknown';
  return `${kind}${firstError(VALIDATORS[kind].Errors(record))}`;
}

function firstError(errors: readonly { instancePath: string; message: string }[]): string {
  const [first] = errors;
  return `${first?.instancePath ?? ''} ${first?.message ?? 'is not as the protocol says'}`;
}
