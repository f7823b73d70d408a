import {
  ActionRecord,
  DeviceRecord,
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
  device: Compile(DeviceRecord),
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
    const { summary, online, lastContactAt, enrolledAt, clientVersion, certificateExpiresAt } =
      record;
    checkTime(line, lastContactAt);
    checkTime(line, enrolledAt);
    checkTime(line, certificateExpiresAt);
    devices.set(record.id, {
      id: record.id as DeviceId,
      summary,
      online,
      lastContactAt,
      enrolledAt,
      clientVersion,
      certificateExpiresAt,
    });
  } else if (VALIDATORS.tombstone.Check(record)) {
    devices.set(record.id, null);
  } else if (VALIDATORS.action.Check(record)) {
    const { id, hops, result } = record;
    for (const hop of hops) checkTime(line, hop.at);
    actions.set(id, { id: id as ActionId, hops, result });
  } else {
    throw downlinkErrors.batchMalformed({ line, problem: problemOf(record) });
  }
}

/** The schema's pattern lets the 99th of February through; PostgreSQL would not, nor a year before 1970 make sense. */
function checkTime(line: number, text: string): void {
  const time = Date.parse(text);
  // Only a day past the 28th can be one that its month does not have.
  const isDay =
    text.slice(8, 10) <= '28' || new Date(time || 0).toISOString().startsWith(text.slice(0, 10));
  if (!(time >= 0) || !isDay) {
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
  const kind =
    record !== null && typeof record === 'object' && 'kind' in record ? record.kind : null;
  if (kind !== 'device' && kind !== 'tombstone' && kind !== 'action') return 'its kind is unknown';
  const [first] = VALIDATORS[kind].Errors(record);
  return `${kind}${first?.instancePath ?? ''} ${first?.message ?? 'is not as the protocol says'}`;
}
