import type { Architecture, ChassisType } from '@moorline/model';
import type { Generated, GeneratedAlways } from 'kysely';

export interface DeviceTables {
  devices: {
    authority_id: string;
    id: string;
    /** The connector through which another authority uploads it; null: managed here. */
    origin: string | null;
    name: string | null;
    operating_system: string | null;
    os_version: string | null;
    manufacturer: string | null;
    model: string | null;
    serial_number: string | null;
    architecture: Architecture;
    chassis_type: ChassisType;
    physical_memory_bytes: string | null;
    total_storage_bytes: string | null;
    free_storage_bytes: string | null;
    ethernet_mac_address: string | null;
    wifi_mac_address: string | null;
    online: boolean;
    last_contact_at: Date;
    enrolled_at: Date;
    client_version: string;
    certificate_expires_at: Date;
    is_blocked: Generated<boolean>;
    name_key: GeneratedAlways<string>;
    serial_key: GeneratedAlways<string>;
    manufacturer_key: GeneratedAlways<string>;
    model_key: GeneratedAlways<string>;
  };
  /** How many devices there are, by origin; own ones under the nil UUID. */
  device_counters: { authority_id: string; origin: string; total: string };
}

/** Every column that says something of the device to others. */
export const SUMMARY_COLUMNS = [
  'name',
  'operating_system',
  'os_version',
  'manufacturer',
  'model',
  'serial_number',
  'architecture',
  'chassis_type',
  'physical_memory_bytes',
  'total_storage_bytes',
  'free_storage_bytes',
  'ethernet_mac_address',
  'wifi_mac_address',
] as const;

export const DEVICE_COLUMNS = [
  'id',
  'origin',
  'name',
  'operating_system',
  'os_version',
  'manufacturer',
  'model',
  'serial_number',
  'architecture',
  'chassis_type',
  'physical_memory_bytes',
  'total_storage_bytes',
  'free_storage_bytes',
  'ethernet_mac_address',
  'wifi_mac_address',
  'online',
  'last_contact_at',
  'enrolled_at',
  'client_version',
  'certificate_expires_at',
  'is_blocked',
] as const;
