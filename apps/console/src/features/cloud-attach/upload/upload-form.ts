import type { UpdateUploadSettings, UploadSettings } from '@moorline/contracts/admin';
import { UPLOAD_CATEGORIES, type UploadPermissions } from '@moorline/model';

/** The settings as they stand in the form: numbers as typed, and what was chosen before a choice was taken back. */
export interface UploadEntry {
  readonly devices: UploadSettings['scope']['devices'];
  readonly collectionIds: readonly string[];
  readonly excludedCollectionIds: readonly string[];
  readonly categories: UploadSettings['categories'];
  readonly hasInterval: boolean;
  readonly minutes: string;
  readonly hasLimit: boolean;
  readonly kilobytes: string;
  readonly hasHours: boolean;
  readonly from: string;
  readonly to: string;
  readonly permissions: UploadPermissions;
}

/** What the form edits; `paused` is a command of its own. */
export type EditedSettings = Required<Omit<UpdateUploadSettings, 'paused'>>;

/** Limits of the contract. */
export const MINUTES = { min: 1, max: 1_440 } as const;
export const KILOBYTES = { min: 1, max: 1_000_000 } as const;
export const MOST_COLLECTIONS = 50;

export function entryOf(settings: UploadSettings): UploadEntry {
  const { scope, intervalMinutes, bandwidthKilobytesPerSecond: limit, hours } = settings;
  return {
    ...scope,
    categories: settings.categories,
    hasInterval: intervalMinutes > 0,
    minutes: String(intervalMinutes > 0 ? intervalMinutes : 15),
    hasLimit: limit !== null,
    kilobytes: String(limit ?? 500),
    hasHours: hours !== null,
    from: hours?.from ?? '19:00',
    to: hours?.to ?? '06:00',
    permissions: settings.permissions,
  };
}

export function settingsOf(entry: UploadEntry): EditedSettings {
  const { devices, from, to } = entry;
  return {
    scope: {
      devices,
      collectionIds: devices === 'all' ? [] : [...entry.collectionIds],
      excludedCollectionIds: [...entry.excludedCollectionIds],
    },
    categories: entry.categories,
    intervalMinutes: entry.hasInterval ? Number(entry.minutes) : 0,
    bandwidthKilobytesPerSecond: entry.hasLimit ? Number(entry.kilobytes) : null,
    hours: entry.hasHours ? { from, to } : null,
    permissions: entry.permissions,
  };
}

/** What keeps the entry from being saved, by field; empty: nothing. */
export interface UploadProblems {
  readonly collections?: string;
  readonly minutes?: string;
  readonly kilobytes?: string;
  readonly hours?: string;
}

export function problemsOf(entry: UploadEntry): UploadProblems {
  return {
    ...(entry.devices === 'collections' && entry.collectionIds.length === 0
      ? { collections: 'Choose at least one collection, or all devices.' }
      : {}),
    ...(entry.hasInterval && !fits(entry.minutes, MINUTES) ? { minutes: range(MINUTES) } : {}),
    ...(entry.hasLimit && !fits(entry.kilobytes, KILOBYTES) ? { kilobytes: range(KILOBYTES) } : {}),
    ...(entry.hasHours && (!entry.from || !entry.to || entry.from === entry.to)
      ? { hours: 'Give two different times.' }
      : {}),
  };
}

export function isSame(one: EditedSettings, other: EditedSettings): boolean {
  return canonical(one) === canonical(other);
}

/** The scope of a draft, for comparing: the order of collections is no difference. */
function canonical(settings: EditedSettings): string {
  const { scope, categories, hours } = settings;
  return JSON.stringify([
    scope.devices,
    [...scope.collectionIds].sort(),
    [...scope.excludedCollectionIds].sort(),
    UPLOAD_CATEGORIES.map((name) => categories[name]),
    settings.intervalMinutes,
    settings.bandwidthKilobytesPerSecond,
    hours && [hours.from, hours.to],
    settings.permissions,
  ]);
}

/**
 * The entry on top of what somebody else has saved meanwhile: what was changed in it stays, and everything else is
 * as it is now saved.
 */
export function rebase(
  entry: UploadEntry,
  before: UploadSettings,
  now: UploadSettings,
): UploadEntry {
  const from = entryOf(before);
  const to = entryOf(now);
  const keeps = (...keys: (keyof UploadEntry)[]): boolean =>
    keys.every((key) => entry[key] === from[key]);
  const pick = <K extends keyof UploadEntry>(...keys: K[]): Pick<UploadEntry, K> => {
    const source = keeps(...keys) ? to : entry;
    // Filled with the very keys of the type, from a value that has them.
    return Object.fromEntries(keys.map((key) => [key, source[key]])) as Pick<UploadEntry, K>;
  };
  return {
    ...pick('devices'),
    collectionIds: rebaseList(entry.collectionIds, from.collectionIds, to.collectionIds),
    excludedCollectionIds: rebaseList(
      entry.excludedCollectionIds,
      from.excludedCollectionIds,
      to.excludedCollectionIds,
    ),
    categories: {
      hardware: mine(entry, from, to, 'hardware'),
      operatingSystem: mine(entry, from, to, 'operatingSystem'),
      health: mine(entry, from, to, 'health'),
    },
    ...pick('hasInterval', 'minutes'),
    ...pick('hasLimit', 'kilobytes'),
    ...pick('hasHours', 'from', 'to'),
    ...pick('permissions'),
  };
}

function mine(
  entry: UploadEntry,
  from: UploadEntry,
  to: UploadEntry,
  name: keyof UploadEntry['categories'],
): boolean {
  const kept = entry.categories[name] === from.categories[name];
  return (kept ? to : entry).categories[name];
}

function rebaseList(
  entry: readonly string[],
  from: readonly string[],
  to: readonly string[],
): readonly string[] {
  return [
    ...to.filter((id) => entry.includes(id) || !from.includes(id)),
    ...entry.filter((id) => !from.includes(id) && !to.includes(id)),
  ];
}

function fits(typed: string, limits: { readonly min: number; readonly max: number }): boolean {
  const value = Number(typed);
  return (
    typed.trim() !== '' && Number.isInteger(value) && value >= limits.min && value <= limits.max
  );
}

function range({ min, max }: { readonly min: number; readonly max: number }): string {
  return `A whole number from ${min} to ${max.toLocaleString('en')}.`;
}
