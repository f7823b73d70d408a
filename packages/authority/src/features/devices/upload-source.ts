import { sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import type { DeviceSummary } from '@moorline/model';
import type { Transaction, UploadedDevice } from '@moorline/model/ports';
import { sql } from 'kysely';

/** A row, its numbers and times as PostgreSQL writes them. */
interface UploadedRow {
  readonly id: DeviceId;
  readonly name: string | null;
  readonly operating_system: string | null;
  readonly os_version: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serial_number: string | null;
  readonly architecture: DeviceSummary['architecture'];
  readonly chassis_type: DeviceSummary['chassisType'];
  readonly physical_memory_bytes: string | null;
  readonly total_storage_bytes: string | null;
  readonly free_storage_bytes: string | null;
  readonly ethernet_mac_address: string | null;
  readonly wifi_mac_address: string | null;
  readonly online: boolean;
  readonly client_version: string;
  /** In UTC, without a zone, with as many digits as it takes: `2026-11-23 12:00:00.5`. */
  readonly last_contact_at: string;
  readonly enrolled_at: string;
  readonly certificate_expires_at: string;
}

/**
 * Own devices as they are told to another authority; one that is gone is missing. Times stay text on their way:
 * for thousands of devices, making dates of them and text again is half of the work.
 */
export async function readUploaded(
  tx: Transaction,
  ids: readonly DeviceId[],
): Promise<UploadedDevice[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<UploadedRow>`
    select id, name, operating_system, os_version, manufacturer, model, serial_number, architecture,
      chassis_type, physical_memory_bytes, total_storage_bytes, free_storage_bytes,
      ethernet_mac_address, wifi_mac_address, online, client_version,
      (last_contact_at at time zone 'UTC')::text as last_contact_at,
      (enrolled_at at time zone 'UTC')::text as enrolled_at,
      (certificate_expires_at at time zone 'UTC')::text as certificate_expires_at
    from devices
    where authority_id = ${tx.authorityId} and id = any(${[...ids]}::uuid[]) and origin is null`.execute(
    sqlOf(tx),
  );
  return rows.map(uploadedDevice);
}

function uploadedDevice(row: UploadedRow): UploadedDevice {
  return {
    id: row.id,
    summary: {
      name: row.name,
      operatingSystem: row.operating_system,
      osVersion: row.os_version,
      manufacturer: row.manufacturer,
      model: row.model,
      serialNumber: row.serial_number,
      architecture: row.architecture,
      chassisType: row.chassis_type,
      physicalMemoryBytes: size(row.physical_memory_bytes),
      totalStorageBytes: size(row.total_storage_bytes),
      freeStorageBytes: size(row.free_storage_bytes),
      ethernetMacAddress: row.ethernet_mac_address,
      wifiMacAddress: row.wifi_mac_address,
    },
    online: row.online,
    lastContactAt: utc(row.last_contact_at),
    enrolledAt: utc(row.enrolled_at),
    clientVersion: row.client_version,
    certificateExpiresAt: utc(row.certificate_expires_at),
  };
}

function size(text: string | null): number | null {
  return text === null ? null : Number(text);
}

const DAY = '2026-11-23'.length;
const SECONDS = '2026-11-23 12:00:00'.length;
const MILLISECONDS = '2026-11-23 12:00:00.000'.length;

/** In the form of all times here: RFC 3339 with milliseconds. */
function utc(text: string): string {
  const fraction =
    text.length === SECONDS ? '.000' : text.slice(SECONDS, MILLISECONDS).padEnd(4, '0');
  return `${text.slice(0, DAY)}T${text.slice(DAY + 1, SECONDS)}${fraction}Z`;
}
