import { createRandom, type Random } from './random.ts';

/** A device's row as the table of devices has it, with the columns that are not generated. */
export interface PlantedDevice {
  readonly id: string;
  readonly name: string;
  readonly operatingSystem: string;
  readonly osVersion: string;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly architecture: string;
  readonly chassisType: string;
  readonly physicalMemoryBytes: number;
  readonly totalStorageBytes: number;
  readonly freeStorageBytes: number;
  readonly ethernetMacAddress: string | null;
  readonly wifiMacAddress: string | null;
  readonly online: boolean;
  /** Milliseconds since 1970, as the other two. */
  readonly lastContactAt: number;
  readonly enrolledAt: number;
  readonly clientVersion: string;
  readonly certificateExpiresAt: number;
}

export const DEVICE_COLUMNS = [
  'id',
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
] as const;

/** The device in the order of `DEVICE_COLUMNS`. */
export function deviceValues(
  device: PlantedDevice,
): readonly (string | number | boolean | Date | null)[] {
  return [
    device.id,
    device.name,
    device.operatingSystem,
    device.osVersion,
    device.manufacturer,
    device.model,
    device.serialNumber,
    device.architecture,
    device.chassisType,
    device.physicalMemoryBytes,
    device.totalStorageBytes,
    device.freeStorageBytes,
    device.ethernetMacAddress,
    device.wifiMacAddress,
    device.online,
    new Date(device.lastContactAt),
    new Date(device.enrolledAt),
    device.clientVersion,
    new Date(device.certificateExpiresAt),
  ];
}

const SYSTEMS = [
  ['Ubuntu', ['24.04', '22.04', '25.10', '20.04']],
  ['Debian GNU/Linux', ['12', '13', '11']],
  ['Red Hat Enterprise Linux', ['9.6', '8.10', '9.4', '10.0']],
  ['Rocky Linux', ['9.6', '8.10']],
  ['Fedora Linux', ['42', '43']],
  ['SUSE Linux Enterprise Server', ['15.7', '15.6']],
] as const;
const MODELS = [
  ['Dell Inc.', 'laptop', ['Latitude 5450', 'Latitude 7440', 'Precision 3591', 'XPS 13 9340']],
  ['LENOVO', 'laptop', ['21ML0044GE', '21HD000QUK', '20XW00JXGE', '21F8002TGE']],
  ['HP', 'laptop', ['HP EliteBook 840 G11', 'HP ProBook 450 G10', 'HP ZBook Power G11']],
  ['Dell Inc.', 'desktop', ['OptiPlex 7020', 'OptiPlex 5000', 'Precision 3680']],
  ['HP', 'desktop', ['HP Elite SFF 800 G9', 'HP Pro Tower 290 G9']],
  ['Framework', 'laptop', ['Laptop 13 (AMD Ryzen 7040Series)', 'Laptop 16']],
  ['Dell Inc.', 'enterpriseServer', ['PowerEdge R660', 'PowerEdge R760', 'PowerEdge R640']],
  ['Supermicro', 'enterpriseServer', ['SYS-121H-TNR', 'AS-2015HS-TNR']],
  ['QEMU', 'desktop', ['Standard PC (Q35 + ICH9, 2009)']],
] as const;
const PREFIXES = ['LT', 'WS', 'SRV', 'KIOSK', 'LAB'] as const;
const PLACES = ['BER', 'MUC', 'HAM', 'LYO', 'PAR', 'LON', 'NYC', 'AUS', 'SIN', 'TYO'] as const;
const VERSIONS = ['0.1.0', '0.0.9', '0.0.8', '0.0.7-rc.1'] as const;
const GIB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Nobody's last contact is this near to the line between active and inactive: counts must not drift. */
const EDGE_MS = 6 * HOUR_MS;
const ACTIVE_MS = 7 * DAY_MS;

/** Draws devices like those of an organization: few common makes, many rare ones, some columns unknown. */
export function* drawDevices(count: number, seed: number, now: number): Generator<PlantedDevice> {
  const random = createRandom(seed);
  for (let index = 0; index < count; index++) yield drawDevice(random, index, now);
}

function drawDevice(random: Random, index: number, now: number): PlantedDevice {
  const [operatingSystem, osVersions] = random.pickSkewed(SYSTEMS);
  const [manufacturer, chassisType, models] = random.pickSkewed(MODELS);
  const isServer = chassisType === 'enterpriseServer';
  const isArm = !isServer && random.fraction() < 0.06;
  const online = random.fraction() < (isServer ? 0.98 : 0.55);
  const totalStorageBytes = random.pickSkewed([512, 256, 1000, 2000, 128]) * 1_000_000_000;
  const isUnknown = random.fraction() < 0.01;
  const enrolledAt = now - (30 * DAY_MS + random.below(900) * DAY_MS + random.below(DAY_MS));
  return {
    id: idAt(enrolledAt, random),
    name: `${random.pickSkewed(PREFIXES)}-${random.pickSkewed(PLACES)}-${String(index).padStart(7, '0')}`,
    operatingSystem,
    osVersion: random.pickSkewed(osVersions),
    manufacturer: isUnknown ? null : manufacturer,
    model: isUnknown ? null : random.pickSkewed(models),
    serialNumber: isUnknown ? null : serialOf(random),
    architecture: isArm ? 'arM64' : 'x64',
    chassisType: isUnknown ? 'unknown' : chassisType,
    physicalMemoryBytes: random.pickSkewed(isServer ? [128, 256, 64, 512] : [16, 32, 8, 64]) * GIB,
    totalStorageBytes,
    freeStorageBytes: Math.floor(totalStorageBytes * random.fraction()),
    ethernetMacAddress: random.fraction() < 0.2 ? null : macOf(random),
    wifiMacAddress: isServer || random.fraction() < 0.15 ? null : macOf(random),
    online,
    lastContactAt: online ? now - random.below(HOUR_MS) : lastContact(random, now),
    enrolledAt,
    clientVersion: random.pickSkewed(VERSIONS),
    certificateExpiresAt: now + 10 * DAY_MS + random.below(80) * DAY_MS + random.below(DAY_MS),
  };
}

function lastContact(random: Random, now: number): number {
  const ago = HOUR_MS + random.fraction() ** 4 * 60 * DAY_MS;
  return now - (Math.abs(ago - ACTIVE_MS) < EDGE_MS ? ago + 2 * EDGE_MS : ago);
}

/** A UUID of version 7 of that time. @spec RFC 9562 §5.7 */
function idAt(timeMs: number, random: Random): string {
  const hex = (digits: number): string =>
    random
      .below(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const time = Math.floor(timeMs).toString(16).padStart(12, '0');
  const variant = (8 + random.below(4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`;
}

const SERIAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

function serialOf(random: Random): string {
  return Array.from({ length: 7 }, () => SERIAL[random.below(SERIAL.length)]).join('');
}

function macOf(random: Random): string {
  const hex = random
    .below(16 ** 6)
    .toString(16)
    .padStart(6, '0');
  return `3c:52:82:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
}
