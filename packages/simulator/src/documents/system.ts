import {
  DAY_MS,
  dayOf,
  firstDayOfMonths,
  HOUR_MS,
  lagOf,
  lastStartHour,
  monthsOf,
  timeText,
} from '../organization/days.ts';
import { isServer, type Persona } from '../organization/persona.ts';
import { SALT } from '../organization/salts.ts';
import { bits, fraction } from '../random/draw.ts';
import type { RowContext, Rows } from './context.ts';

const MINUTE_MS = 60_000;

export const deviceRows: Rows = ({ profile, persona, moment }) => {
  const { person, department, office } = persona;
  const owner = person ? `${person.fullName} (${department.name})` : department.name;
  return [
    {
      Name: persona.name,
      PrettyName: moment.bump === 0 ? owner : `${owner} · ${moment.bump}`,
      Platform: persona.platform,
      Domain: profile.domain,
      Deployment: persona.stage,
      Location: office.name,
      TimeZone: isServer(persona.kind) ? 'Etc/UTC' : office.timeZone,
    },
  ];
};

/** The patch level that the device has on that day: monthly, some days after it came out. */
export function patchOf({ profile, seed, persona, moment }: RowContext): {
  readonly build: number;
  readonly minor: number;
} {
  const day = dayOf(moment.hour);
  const { patch } = persona.release;
  const { updateLagDays } = profile.changes;
  for (let month = Math.floor(monthsOf(day)); ; month--) {
    const at = fraction(seed, SALT.updates, persona.number, month + 1000);
    const installedOn = firstDayOfMonths(month) + 12 + lagOf(at, updateLagDays, persona.isLaggard);
    if (installedOn > day && month > monthsOf(day) - 8) continue;
    return {
      build: Math.max(1, Math.round(patch.start + month * patch.perMonth)),
      minor: Math.max(0, 2 + Math.floor(month / 2)),
    };
  }
}

function filled(text: string, patch: { readonly build: number; readonly minor: number }): string {
  return text
    .replaceAll('{build}', String(patch.build))
    .replaceAll('{minor}', String(patch.minor))
    .replaceAll('{letter}', String.fromCharCode(65 + (patch.minor % 8)));
}

/** When the device was started last, in ms since 1970. */
export function startedAt({ profile, seed, persona, moment }: RowContext): number {
  const perDay = profile.changes.restartsPerDay[persona.kind] ?? 0;
  const hour = lastStartHour(seed, persona.number, moment.hour, perDay);
  const seconds = bits(seed, SALT.restartTime, persona.number, -hour) % 3600;
  return hour * HOUR_MS + seconds * 1000;
}

export const osRows: Rows = (context) => {
  const { release, processor, language } = context.persona;
  const patch = patchOf(context);
  return [
    {
      Caption: filled(release.caption, patch),
      Name: release.name,
      DistributionId: release.distribution,
      Version: filled(release.version, patch),
      CodeName: release.codeName,
      BuildNumber: release.build && filled(release.build, patch),
      KernelVersion: filled(release.kernel, patch),
      OSArchitecture: processor.architecture,
      OSLanguage: language,
      LastBootUpTime: timeText(startedAt(context) + context.moment.bump * MINUTE_MS),
    },
  ];
};

/** What firmware and graphics keep for themselves is not managed by the kernel. */
function usableMemory({ memoryBytes, number }: Persona): number {
  const reserved = memoryBytes * (0.012 + 0.002 * (number % 7));
  return Math.floor((memoryBytes - reserved) / 4096) * 4096;
}

export const computerSystemRows: Rows = ({ seed, persona, moment }) => {
  const { model, processor, sockets, kind } = persona;
  const sku = bits(seed, SALT.hardware, persona.number % 40, 777);
  return [
    {
      Manufacturer: model.manufacturer,
      Model: model.model,
      SystemFamily: model.family,
      SystemSKUNumber: `${model.family.slice(0, 2).toUpperCase()}${(sku + moment.bump) % 100_000}`,
      UUID: persona.uuid,
      ChassisType: CHASSIS[kind],
      HypervisorPresent: kind === 'virtualServer',
      NumberOfProcessors: sockets,
      NumberOfLogicalProcessors: virtualThreads(persona) ?? processor.threads * sockets,
      TotalPhysicalMemory: usableMemory(persona),
    },
  ];
};

const CHASSIS: Readonly<Record<Persona['kind'], string>> = {
  laptop: 'laptop',
  desktop: 'desktop',
  tablet: 'tablet',
  server: 'enterpriseServer',
  virtualServer: 'enterpriseServer',
};

/** A virtual machine has some threads of its host. */
function virtualThreads({ kind, memoryBytes }: Persona): number | null {
  return kind === 'virtualServer' ? Math.max(2, Math.round(memoryBytes / 1024 ** 3 / 4)) : null;
}

export const biosRows: Rows = ({ seed, persona, moment }) => {
  const { model, kind, serialNumber, platform } = persona;
  const step = bits(seed, SALT.hardware, persona.number, 500) % 6;
  const revision = 12 + step + moment.bump;
  const isApple = platform === 'macos';
  return [
    {
      Manufacturer: kind === 'virtualServer' ? 'EFI Development Kit II' : model.manufacturer,
      SMBIOSBIOSVersion: isApple ? `13822.${revision}.1` : `1.${revision}.0`,
      Version: `1.${revision}`,
      ReleaseDate: timeText(Date.UTC(2024, 0, 15) + step * 61 * DAY_MS),
      SerialNumber: serialNumber,
      FirmwareType: 'UEFI',
      SecureBootEnabled:
        kind === 'virtualServer' ? persona.number % 3 !== 0 : persona.number % 29 !== 0,
    },
  ];
};

export const memoryRows: Rows = ({ persona, moment }) => {
  const physical = usableMemory(persona);
  const gib = 1024 ** 3;
  const swap = persona.platform === 'linux' ? 4 * gib : Math.min(persona.memoryBytes / 4, 16 * gib);
  const pageFile = Math.floor(swap) + moment.bump * 1024 ** 2;
  return [
    {
      TotalPhysicalMemory: physical,
      TotalPageFileSpace: pageFile,
      TotalVirtualMemory: physical + pageFile,
    },
  ];
};

export const processorRows: Rows = ({ persona, moment }) => {
  const { processor, sockets } = persona;
  const threads = virtualThreads(persona);
  return Array.from({ length: sockets }, (_, index) => ({
    DeviceID: `CPU${index}`,
    Name: processor.name,
    Manufacturer: processor.vendor,
    Architecture: processor.architecture,
    Family: processor.family || null,
    ModelNumber: processor.model || null,
    Stepping: processor.family ? 1 + (processor.model % 5) : null,
    NumberOfCores: threads ?? processor.cores,
    NumberOfLogicalProcessors: threads ?? processor.threads,
    MaxClockSpeed: processor.mhz + moment.bump,
    L2CacheSize: 1_310_720,
    L3CacheSize: processor.vendor === 'Apple' ? null : processor.cores * 1_572_864,
  }));
};
