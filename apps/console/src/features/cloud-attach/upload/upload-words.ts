import type { UploadSettings, UploadState } from '@moorline/contracts/admin';
import { UPLOAD_CATEGORIES, type UploadCategory, type UploadPermissions } from '@moorline/model';
import type { StatusTone } from '../../../ui/status.tsx';

/** Words of the upload settings, in one place for forms, summaries and tables. */
export const CATEGORIES: Readonly<
  Record<'identity' | UploadCategory, { readonly name: string; readonly what: string }>
> = {
  identity: {
    name: 'Identity',
    what: 'Name, id and when it was enrolled. A device is not seen without it, so it always leaves.',
  },
  hardware: {
    name: 'Hardware',
    what: 'Manufacturer, model, serial number, architecture, memory, storage and network addresses.',
  },
  operatingSystem: { name: 'Operating system', what: 'Its name and version.' },
  health: {
    name: 'Health',
    what: 'Whether it is online, its last contact, the version of its agent, the end of its certificate.',
  },
};

export const PERMISSIONS: Readonly<
  Record<UploadPermissions, { readonly name: string; readonly what: string }>
> = {
  siteAndTenant: {
    name: 'The site’s and the tenant’s',
    what: 'Both must allow it: the role at the tenant, and the rights of the account here that is linked to the person.',
  },
  tenantOnly: {
    name: 'The tenant’s only',
    what: 'The role at the tenant decides. Nobody needs an account here; a stolen account of the tenant is stopped by nothing here.',
  },
  siteOnly: {
    name: 'The site’s only',
    what: 'The rights of the linked account here decide, whatever role the person has at the tenant.',
  },
};

export const PHASES: Readonly<
  Record<UploadState['phase'], { readonly name: string; readonly tone: StatusTone }>
> = {
  notAttached: { name: 'Not attached', tone: 'quiet' },
  notConnected: { name: 'Not connected', tone: 'bad' },
  paused: { name: 'Paused', tone: 'warning' },
  outsideHours: { name: 'Outside its hours', tone: 'quiet' },
  waiting: { name: 'Waiting for its next run', tone: 'quiet' },
  uploading: { name: 'Uploading', tone: 'good' },
  upToDate: { name: 'Up to date', tone: 'good' },
};

export const DIGESTS: Readonly<
  Record<UploadState['digest']['state'], { readonly name: string; readonly tone: StatusTone }>
> = {
  notCompared: { name: 'Not compared yet', tone: 'quiet' },
  agrees: { name: 'Hold the same', tone: 'good' },
  repairing: { name: 'Being repaired', tone: 'warning' },
  disagrees: { name: 'Differ', tone: 'bad' },
};

/** Everything but the pause, a sentence each. `nameOf`: of a collection, by its id. */
export function sentencesOf(
  settings: UploadSettings,
  nameOf: (collectionId: string) => string,
): readonly string[] {
  return [
    devicesSentence(settings, nameOf),
    categoriesSentence(settings),
    cadenceSentence(settings),
    `Who may act from the tenant: ${lower(PERMISSIONS[settings.permissions].name)} permissions decide.`,
  ];
}

function devicesSentence(
  { scope }: UploadSettings,
  nameOf: (collectionId: string) => string,
): string {
  const names = (ids: readonly string[]): string => ids.map(nameOf).join(', ');
  const chosen =
    scope.devices === 'all'
      ? 'All devices of this site'
      : `Devices in ${names(scope.collectionIds)}`;
  const excluded = scope.excludedCollectionIds;
  return `${chosen}${excluded.length > 0 ? `, without those in ${names(excluded)}` : ''}.`;
}

function categoriesSentence({ categories }: UploadSettings): string {
  const chosen = UPLOAD_CATEGORIES.filter((name) => categories[name]).map((name) =>
    lower(CATEGORIES[name].name),
  );
  const all = ['identity', ...chosen];
  const last = all.pop() ?? '';
  return `Their ${all.length > 0 ? `${all.join(', ')} and ${last}` : last}${chosen.length === 0 ? ' only' : ''}.`;
}

function cadenceSentence(settings: UploadSettings): string {
  const { intervalMinutes: minutes, hours, bandwidthKilobytesPerSecond: limit } = settings;
  const cadence = minutes === 0 ? 'As changes come' : `Every ${minutes} minutes`;
  const when = hours === null ? 'at all hours' : `from ${hours.from} to ${hours.to}`;
  const rate = limit === null ? 'without a limit' : `at most ${limit.toLocaleString('en')} kB/s`;
  return `${cadence}, ${when}, ${rate}.`;
}

/** What somebody else changed, as sentences. */
export function differences(
  before: UploadSettings,
  now: UploadSettings,
  nameOf: (collectionId: string) => string,
): readonly string[] {
  const old = sentencesOf(before, nameOf);
  return sentencesOf(now, nameOf).filter((sentence, index) => sentence !== old[index]);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
