import type { Platform } from '@moorline/model';
import type {
  Department,
  DeviceKind,
  FleetProfile,
  HardwareModel,
  Office,
  ProcessorModel,
  SystemRelease,
} from '../profile/fleet-profile.ts';
import { DEVICE_KINDS, PLATFORMS } from '../profile/fleet-profile.ts';
import { type Draws, draws, type Seed } from '../random/draw.ts';
import { type Person, personOf } from './people.ts';
import { SALT } from './salts.ts';

/** What does not change about a device. */
export interface Persona {
  /** Its number in the organization. */
  readonly number: number;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly platform: Platform;
  readonly office: Office;
  readonly department: Department;
  /** Its user; null: a server, or a machine that several share. */
  readonly person: Person | null;
  readonly release: SystemRelease;
  readonly model: HardwareModel;
  readonly processor: ProcessorModel;
  /** Processor packages. */
  readonly sockets: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly language: string;
  readonly serialNumber: string;
  /** Lower-case UUID of the hardware. */
  readonly uuid: string;
  /** Some servers are not of production. */
  readonly stage: string | null;
  /** Updates itself much later than the others. */
  readonly isLaggard: boolean;
}

const KIND_LETTERS: Readonly<Record<DeviceKind, string>> = {
  laptop: 'L',
  desktop: 'D',
  tablet: 'T',
  server: 'S',
  virtualServer: 'V',
};
const SHARED_DESKTOPS = 0.16;
const GIB = 1024 ** 3;

export function isServer(kind: DeviceKind): boolean {
  return kind === 'server' || kind === 'virtualServer';
}

/** Everything that stays the same about device `number`, from the seed alone. */
export function personaOf(profile: FleetProfile, seed: Seed, number: number): Persona {
  const who = draws(seed, SALT.who, number);
  const kind = who.weighted(DEVICE_KINDS, (name) => profile.kinds[name] ?? 0);
  const office = who.weighted(profile.offices, ({ weight }) => weight);
  const department = who.weighted(profile.departments, ({ weight }) => weight);
  const platform = who.weighted(PLATFORMS, (name) => profile.platforms[kind][name] ?? 0);
  const isShared = isServer(kind) || (kind === 'desktop' && who.chance(SHARED_DESKTOPS));
  const person = isShared ? null : personOf(who.fraction(), who.fraction(), number);
  const stage = isServer(kind)
    ? who.weighted(['production', 'staging', 'test'], (name) => STAGES[name] ?? 0)
    : null;

  const hardware = draws(seed, SALT.hardware, number);
  const model = hardware.weighted(
    profile.models.filter((one) => one.kind === kind && one.platforms.includes(platform)),
    ({ weight }) => weight,
  );
  const processor = hardware.pick(model.processors);
  const sockets = kind === 'server' && hardware.chance(0.7) ? 2 : 1;
  const memoryGiB = byWeight(hardware, model.memoryGiB);
  const diskGB = byWeight(hardware, model.diskGB);
  const serialNumber = serialOf(model, hardware);

  const system = draws(seed, SALT.system, number);
  const on = isServer(kind) ? 'servers' : 'clients';
  const release = system.weighted(
    profile.releases.filter((one) => one.platform === platform && one.on === on),
    ({ weight }) => weight,
  );
  const language = system.weighted(
    Object.keys(office.languages),
    (name) => office.languages[name] ?? 0,
  );
  return {
    number,
    name: `${office.code}-${KIND_LETTERS[kind]}${String(number + 1).padStart(5, '0')}`,
    kind,
    platform,
    office,
    department,
    person,
    release,
    model,
    processor,
    sockets,
    memoryBytes: memoryGiB * GIB,
    diskBytes: diskGB * 1e9,
    language: isServer(kind) ? 'en-US' : language,
    serialNumber,
    uuid: uuidFrom(hardware.hex(32).toLowerCase()),
    stage,
    isLaggard: system.chance(profile.changes.laggardShare),
  };
}

const STAGES: Readonly<Record<string, number>> = { production: 74, staging: 12, test: 14 };

/** One of the names, which are numbers, by their weights. */
function byWeight(from: Draws, weights: Readonly<Partial<Record<string, number>>>): number {
  return Number(from.weighted(Object.keys(weights), (name) => weights[name] ?? 0));
}

const SERIAL_LETTERS = '0123456789BCDFGHJKLMNPQRSTVWXYZ';

function letters(from: Draws, count: number): string {
  return Array.from({ length: count }, () => from.pick([...SERIAL_LETTERS])).join('');
}

/** As each maker writes them. */
function serialOf({ manufacturer, kind }: HardwareModel, from: Draws): string {
  if (manufacturer.startsWith('VMware')) {
    const pairs = (from.hex(32).match(/../g) ?? []).map((pair) => pair.toLowerCase());
    return `VMware-${pairs.slice(0, 8).join(' ')}-${pairs.slice(8).join(' ')}`;
  }
  if (manufacturer === 'QEMU') return `kvm-${from.hex(12).toLowerCase()}`;
  if (manufacturer.startsWith('Dell')) return letters(from, 7);
  if (manufacturer.startsWith('Apple')) return letters(from, 10);
  if (/^lenovo$/i.test(manufacturer))
    return `${kind === 'laptop' ? 'PF' : 'MJ0'}${letters(from, 6)}`;
  if (manufacturer.startsWith('HP'))
    return `${kind === 'server' ? 'CZJ' : '5CG'}${letters(from, 7)}`;
  return letters(from, 12);
}

function uuidFrom(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
