import { selectTexts } from '@moorline/db';
import { type DeviceId, isUuid } from '@moorline/kernel';
import type { DeviceSummary } from '@moorline/model';
import type { Transaction, UploadedDevice } from '@moorline/model/ports';
import { sql } from 'kysely';

/**
 * Own devices as they are told to another authority; one that is gone is missing. Values stay text on their
 * way: for thousands of devices, making dates of them and text again is half of the work.
 * @throws TypeError when what is given is no id
 */
export async function readUploaded(
  tx: Transaction,
  ids: readonly DeviceId[],
): Promise<UploadedDevice[]> {
  if (ids.length === 0) return [];
  // They become a part of the statement.
  if (!ids.every(isUuid)) throw new TypeError('ids are UUIDs');
  const rows = await selectTexts(
    tx,
    sql`select id, name, operating_system, os_version, manufacturer, model, serial_number, architecture,
      chassis_type, physical_memory_bytes, total_storage_bytes, free_storage_bytes,
      ethernet_mac_address, wifi_mac_address, online, last_contact_at at time zone 'UTC',
      enrolled_at at time zone 'UTC', client_version, certificate_expires_at at time zone 'UTC'
    from devices
    where authority_id = ${sql.lit(tx.authorityId)} and id = any(${sql.lit(`{${ids.join()}}`)}::uuid[]) and origin is null`,
  );
  return rows.map(uploadedDevice);
}

/** Columns as they are selected; those that are never null in the table are not asked whether they are. */
function uploadedDevice(row: readonly (string | null)[]): UploadedDevice {
  const text = (index: number): string | null => row[index] ?? null;
  const known = (index: number): string => row[index] ?? '';
  return {
    id: known(0) as DeviceId,
    summary: {
      name: text(1),
      operatingSystem: text(2),
      osVersion: text(3),
      manufacturer: text(4),
      model: text(5),
      serialNumber: text(6),
      // The columns hold nothing but what writeSummaries put there.
      architecture: known(7) as DeviceSummary['architecture'],
      chassisType: known(8) as DeviceSummary['chassisType'],
      physicalMemoryBytes: size(text(9)),
      totalStorageBytes: size(text(10)),
      freeStorageBytes: size(text(11)),
      ethernetMacAddress: text(12),
      wifiMacAddress: text(13),
    },
    online: row[14] === 't',
    lastContactAt: utc(known(15)),
    enrolledAt: utc(known(16)),
    clientVersion: known(17),
    certificateExpiresAt: utc(known(18)),
  };
}

function size(text: string | null): number | null {
  return text === null ? null : Number(text);
}

const DAY = '2026-11-23'.length;
const SECONDS = '2026-11-23 12:00:00'.length;
const MILLISECONDS = '2026-11-23 12:00:00.000'.length;

/** `2026-11-23 12:00:00.5` in the form of all times here: RFC 3339 with milliseconds. */
function utc(text: string): string {
  const fraction =
    text.length === SECONDS ? '.000' : text.slice(SECONDS, MILLISECONDS).padEnd(4, '0');
  return `${text.slice(0, DAY)}T${text.slice(DAY + 1, SECONDS)}${fraction}Z`;
}
