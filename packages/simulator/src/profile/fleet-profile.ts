import type { Platform } from '@moorline/model';

export const DEVICE_KINDS = ['laptop', 'desktop', 'tablet', 'server', 'virtualServer'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];
export const PLATFORMS: readonly Platform[] = ['windows', 'macos', 'linux'];

/** Weights count against one another; they need not add up to anything. */
export type Weights<Name extends string> = Readonly<Partial<Record<Name, number>>>;

export interface Office {
  readonly name: string;
  /** Two to four capital letters; begins the names of its devices. */
  readonly code: string;
  readonly weight: number;
  /** IANA name. */
  readonly timeZone: string;
  /** The first two numbers of its IPv4 addresses, such as 10.16. */
  readonly network: string;
  /** Locales of its users' systems. */
  readonly languages: Weights<string>;
}

export interface Department {
  readonly name: string;
  readonly weight: number;
  /** Kinds of software that its people have besides what everybody has. */
  readonly software: readonly string[];
}

/** An operating system that devices have. */
export interface SystemRelease {
  readonly platform: Platform;
  readonly on: 'clients' | 'servers';
  /** As shown in lists. */
  readonly name: string;
  readonly caption: string;
  readonly distribution: string;
  /** `{build}` is the patch level of the day, `{minor}` the point release. */
  readonly version: string;
  readonly codeName: string | null;
  /** Same placeholders; null: the vendor numbers none. */
  readonly build: string | null;
  readonly kernel: string;
  /** Patch level at the beginning of 2026, and by how much it grows a month. */
  readonly patch: { readonly start: number; readonly perMonth: number };
  readonly weight: number;
}

export interface ProcessorModel {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: 'x64' | 'arM64';
  readonly family: number;
  readonly model: number;
  readonly cores: number;
  readonly threads: number;
  readonly mhz: number;
}

export interface HardwareModel {
  readonly manufacturer: string;
  readonly model: string;
  readonly family: string;
  readonly kind: DeviceKind;
  readonly platforms: readonly Platform[];
  readonly weight: number;
  readonly processors: readonly ProcessorModel[];
  /** By GiB. */
  readonly memoryGiB: Weights<string>;
  /** By GB, as makers count. */
  readonly diskGB: Weights<string>;
}

export interface SoftwareProduct {
  readonly name: string;
  readonly publisher: string;
  readonly platforms: readonly Platform[];
  /** Of the devices that it is for, in 0 to 1. */
  readonly share: number;
  /** Whose: `everybody`, `servers`, or a kind of software that departments name. */
  readonly audience: string;
  /** `{major}`, `{release}`, `{minor}`, `{year}`, `{month}`, `{build}`, `{patch}`. */
  readonly version: string;
  readonly major: number;
  /** Days between two releases. */
  readonly everyDays: number;
  readonly sizeMiB: number;
}

/** How fast devices change. */
export interface ChangeRates {
  /** Mean restarts of one device in a day. */
  readonly restartsPerDay: Weights<DeviceKind>;
  /** Mean days from a release to its installation. */
  readonly updateLagDays: number;
  /** Share of devices that take four times as long. */
  readonly laggardShare: number;
  /** How often in a day a disk's free space changes by enough to be reported. */
  readonly diskChangesPerDay: number;
  /** How often in a day the list of processes is another one. */
  readonly processChangesPerDay: number;
}

export interface OfficeHours {
  /** `always`: every device is switched on all the time. */
  readonly presence: 'officeHours' | 'always';
  /** Of desktops. */
  readonly leftOnShare: number;
  /** Of working days on which a person is not there. */
  readonly absentShare: number;
  readonly weekendShare: number;
  readonly eveningShare: number;
}

export interface LinkRates {
  readonly flakyShare: number;
  /** Of a flaky device, in a day. */
  readonly dropsPerDay: number;
  readonly halfOpenShare: number;
  readonly duplicateShare: number;
  /** Sudden restarts of any device, in a day. */
  readonly crashesPerDay: number;
}

export interface ClockErrors {
  readonly wrongShare: number;
  /** Of the wrong ones: off by hours, and by years; the others are off by minutes. */
  readonly hoursShare: number;
  readonly yearsShare: number;
}

export interface ActionRates {
  readonly failureShare: number;
  readonly medianMs: number;
  /** Of the logarithm of the time: 0 is always the median, 1 is spread wide. */
  readonly spread: number;
}

/** An organization: what devices it has, and what they do. Data alone; docs/simulator.md describes its file. */
export interface FleetProfile {
  readonly name: string;
  /** DNS suffix of its devices. */
  readonly domain: string;
  /** Inventory classes that devices report. */
  readonly classes: readonly string[];
  readonly offices: readonly Office[];
  readonly departments: readonly Department[];
  readonly kinds: Weights<DeviceKind>;
  readonly platforms: Readonly<Record<DeviceKind, Weights<Platform>>>;
  readonly releases: readonly SystemRelease[];
  readonly models: readonly HardwareModel[];
  readonly software: readonly SoftwareProduct[];
  readonly changes: ChangeRates;
  readonly hours: OfficeHours;
  readonly links: LinkRates;
  readonly clocks: ClockErrors;
  /** By kind; `default` for the others. */
  readonly actions: Readonly<Record<string, ActionRates>>;
}
