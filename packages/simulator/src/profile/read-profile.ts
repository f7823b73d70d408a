import { readFile } from 'node:fs/promises';
import { nearest } from '@moorline/kernel';
import { SIMULATED_CLASSES } from '../documents/rows.ts';
import { simulatorErrors } from '../errors.ts';
import {
  type Check,
  listOf,
  nullable,
  number,
  oneOf,
  ProfileProblem,
  recordOf,
  shape,
  shapeOver,
  text,
  weights,
} from './checks.ts';
import {
  type ActionRates,
  DEVICE_KINDS,
  type FleetProfile,
  type HardwareModel,
  type Office,
  PLATFORMS,
  type SystemRelease,
} from './fleet-profile.ts';
import { LAB, ORGANIZATION } from './organization.ts';

const BUILT_IN: Readonly<Record<string, FleetProfile>> = { organization: ORGANIZATION, lab: LAB };

const share = number(0, 1);
const weight = number(0, 1e9);
const name = text({ like: 'Zürich' });
const version = text({ like: '10.0.26100.{build}' });
const platforms = listOf(oneOf(PLATFORMS));

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const timeZone: Check<string> = (value, path) => {
  const zone = text({ like: 'Europe/Zurich' })(value, path);
  if (isTimeZone(zone)) return zone;
  const near = nearest(zone, Intl.supportedValuesOf('timeZone'));
  throw new ProfileProblem(
    path,
    `"${zone}" is not a time zone.${near === undefined ? ' It takes an IANA name such as Europe/Zurich.' : ` Did you mean ${near}?`}`,
  );
};

const office = shape<Office>({
  name,
  code: text({ pattern: /^[A-Z0-9]{2,4}$/, like: 'ZRH' }),
  weight,
  timeZone,
  network: text({ pattern: /^\d{1,3}\.\d{1,3}$/, like: '10.16' }),
  languages: weights(null),
});

const release = shape<SystemRelease>({
  platform: oneOf(PLATFORMS),
  on: oneOf(['clients', 'servers']),
  name,
  caption: name,
  distribution: text({ pattern: /^[a-z0-9._-]{1,64}$/, like: 'debian' }),
  version,
  codeName: nullable(name),
  build: nullable(version),
  kernel: version,
  patch: shape({ start: number(0, 1e6), perMonth: number(0, 1e4) }),
  weight,
});

const model = shape<HardwareModel>({
  manufacturer: name,
  model: name,
  family: name,
  kind: oneOf(DEVICE_KINDS),
  platforms,
  weight,
  processors: listOf(
    shape({
      name,
      vendor: text({ pattern: /^.{1,64}$/, like: 'GenuineIntel' }),
      architecture: oneOf(['x64', 'arM64']),
      family: number(0, 1e4),
      model: number(0, 1e4),
      cores: number(1, 4096),
      threads: number(1, 8192),
      mhz: number(1, 1e5),
    }),
  ),
  memoryGiB: weights(null),
  diskGB: weights(null),
});

const rates = shape<ActionRates>({
  failureShare: share,
  medianMs: number(0, 86_400_000),
  spread: number(0, 5),
});

function checksOver(base: FleetProfile): Check<FleetProfile> {
  const perDay = number(0, 10_000);
  return shapeOver<FleetProfile>(
    {
      name,
      domain: text({ pattern: /^[a-z0-9.-]{1,253}$/, like: 'corp.example' }),
      classes: listOf(oneOf(SIMULATED_CLASSES), 0),
      offices: listOf(office),
      departments: listOf(shape({ name, weight, software: listOf(name, 0) })),
      kinds: weights(DEVICE_KINDS),
      platforms: shapeOver(
        {
          laptop: weights(PLATFORMS),
          desktop: weights(PLATFORMS),
          tablet: weights(PLATFORMS),
          server: weights(PLATFORMS),
          virtualServer: weights(PLATFORMS),
        },
        base.platforms,
      ),
      releases: listOf(release),
      models: listOf(model),
      software: listOf(
        shape({
          name,
          publisher: name,
          platforms,
          share,
          audience: name,
          version,
          major: number(0, 1e6),
          everyDays: number(1, 10_000),
          sizeMiB: number(0, 1e6),
        }),
        0,
      ),
      changes: shapeOver(
        {
          restartsPerDay: weights(DEVICE_KINDS),
          updateLagDays: number(0, 3650),
          laggardShare: share,
          diskChangesPerDay: number(0, 24),
          processChangesPerDay: number(0, 24),
        },
        base.changes,
      ),
      hours: shapeOver(
        {
          presence: oneOf(['officeHours', 'always']),
          leftOnShare: share,
          absentShare: share,
          weekendShare: share,
          eveningShare: share,
        },
        base.hours,
      ),
      links: shapeOver(
        {
          flakyShare: share,
          dropsPerDay: perDay,
          halfOpenShare: share,
          duplicateShare: share,
          crashesPerDay: perDay,
        },
        base.links,
      ),
      clocks: shapeOver({ wrongShare: share, hoursShare: share, yearsShare: share }, base.clocks),
      actions: recordOf(rates),
    },
    base,
  );
}

/**
 * A profile from the value of its file: what it does not name is as in the built-in organization, or in the one
 * that its member `extends` names.
 * @throws `simulator.profile_invalid` with the path of the first thing that is wrong
 */
export function parseProfile(value: unknown, source: string): FleetProfile {
  try {
    const { extends: base = 'organization', ...own } = Object(value) as Record<string, unknown>;
    const extended = BUILT_IN[oneOf(Object.keys(BUILT_IN))(base, 'extends')] ?? ORGANIZATION;
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    const profile = checksOver(extended)(isObject ? own : value, '');
    checkCoverage(profile);
    return profile;
  } catch (error) {
    if (!(error instanceof ProfileProblem)) throw error;
    const { path, message } = error;
    throw simulatorErrors.profileInvalid({ source, path, problem: message });
  }
}

/** Every kind of device that occurs needs a model and a system for each of its platforms. */
function checkCoverage({ kinds, platforms: mixes, models, releases }: FleetProfile): void {
  for (const kind of DEVICE_KINDS) {
    if (!kinds[kind]) continue;
    for (const platform of PLATFORMS) {
      if (!mixes[kind][platform]) continue;
      const at = `platforms.${kind}.${platform}`;
      const on = kind === 'server' || kind === 'virtualServer' ? 'servers' : 'clients';
      if (
        !models.some(
          (one) => one.kind === kind && one.platforms.includes(platform) && one.weight > 0,
        )
      ) {
        throw new ProfileProblem(at, `there is no model of a ${kind} for ${platform}.`);
      }
      if (!releases.some((one) => one.platform === platform && one.on === on && one.weight > 0)) {
        throw new ProfileProblem(at, `there is no release of ${platform} for ${on}.`);
      }
    }
  }
}

/**
 * A built-in profile by its name, or one from a file.
 * @throws `simulator.profile_unreadable`, `simulator.profile_invalid`
 */
export async function readProfile(nameOrFile = 'organization'): Promise<FleetProfile> {
  const builtIn = Object.hasOwn(BUILT_IN, nameOrFile) ? BUILT_IN[nameOrFile] : undefined;
  if (builtIn) return builtIn;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(nameOrFile, 'utf8'));
  } catch (error) {
    const near = nearest(nameOrFile, Object.keys(BUILT_IN));
    const reason = `${error instanceof Error ? error.message : String(error)}${near === undefined ? '' : `; did you mean ${near}?`}`;
    throw simulatorErrors.profileUnreadable({ source: nameOrFile, reason }, { cause: error });
  }
  return parseProfile(value, nameOrFile);
}
