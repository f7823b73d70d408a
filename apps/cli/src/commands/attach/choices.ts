import { readFile } from 'node:fs/promises';
import type { AdminClient } from '@moorline/admin-client';
import type { UpdateUploadSettings, UploadSettings } from '@moorline/contracts/admin';
import {
  UPLOAD_CATEGORIES,
  UPLOAD_PERMISSIONS,
  type UploadCategory,
  type UploadPermissions,
} from '@moorline/model';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDocument } from 'yaml';
import { duration, wordList } from '../../command-line.ts';
import { usageError } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';
import { findCollection } from '../collections/find-collection.ts';

/** How a site is to be attached: what is left out stays as it is. Collections by name, identifier or id. */
export interface AttachChoices {
  readonly joinToken?: string;
  readonly devices?: 'all' | 'collections';
  readonly collections?: readonly string[];
  readonly exclude?: readonly string[];
  readonly categories?: readonly UploadCategory[];
  readonly intervalMinutes?: number;
  readonly bandwidthKilobytesPerSecond?: number | null;
  readonly hours?: { readonly from: string; readonly to: string } | null;
  readonly paused?: boolean;
  readonly permissions?: UploadPermissions;
}

export interface ChoiceFlags {
  readonly file?: string;
  readonly allDevices?: true;
  readonly collection?: readonly string[];
  readonly exclude?: readonly string[];
  readonly categories?: readonly UploadCategory[];
  readonly interval?: number;
  readonly bandwidth?: number | null;
  readonly hours?: { readonly from: string; readonly to: string } | null;
  readonly permissions?: UploadPermissions;
}

const each = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** The options of what leaves, when, and whose permissions decide. */
export function withChoices(command: Command): Command {
  return command
    .option('-f, --file <yaml>', 'read the choices from a file; options go before it')
    .option('--all-devices', 'upload every device of the site')
    .option('--collection <name>', 'upload devices of this collection; may be given again', each)
    .option(
      '--exclude <name>',
      'never devices of this one; may be given again; none: no such',
      each,
    )
    .option(
      '--categories <names>',
      `what leaves beside identities: ${UPLOAD_CATEGORIES.join(', ')}, or none`,
      categoryList,
    )
    .option('--interval <time>', 'upload so often; 0: as changes come', intervalMinutes)
    .option('--bandwidth <kB/s>', 'no more than so much; none: no limit', bandwidthLimit)
    .option('--hours <from-to>', 'only from 22:00-06:00; always: at all hours', hoursOfDay)
    .addOption(
      new Option('--permissions <whose>', 'whose permissions decide').choices(UPLOAD_PERMISSIONS),
    );
}

/** What the options and the file say; the options go before the file. @throws `cli.usage` */
export async function choicesOf(flags: ChoiceFlags): Promise<AttachChoices> {
  const file = flags.file === undefined ? {} : await readChoices(flags.file);
  const scope = flags.allDevices ? 'all' : flags.collection ? 'collections' : undefined;
  if (flags.allDevices && flags.collection) {
    throw usageError('--all-devices and --collection say different things; give one of them.');
  }
  return {
    ...file,
    ...(scope !== undefined && { devices: scope }),
    ...(flags.collection && { collections: flags.collection }),
    ...(flags.exclude && { exclude: flags.exclude.filter((name) => name !== 'none') }),
    ...(flags.categories && { categories: flags.categories }),
    ...(flags.interval !== undefined && { intervalMinutes: flags.interval }),
    ...(flags.bandwidth !== undefined && { bandwidthKilobytesPerSecond: flags.bandwidth }),
    ...(flags.hours !== undefined && { hours: flags.hours }),
    ...(flags.permissions && { permissions: flags.permissions }),
  };
}

/** The choices as the site takes them: only what they say, with ids for names. @throws `cli.usage` */
export async function settingsOf(
  client: AdminClient,
  choices: AttachChoices,
  options: { signal?: AbortSignal },
): Promise<UpdateUploadSettings> {
  const ids = async (names: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const name of names) found.push((await findCollection(client, name, options)).id);
    return found;
  };
  const { joinToken: _, devices, collections, exclude, categories, hours, ...rest } = choices;
  const saysScope = devices !== undefined || collections !== undefined || exclude !== undefined;
  const present: UploadSettings['scope'] | null = saysScope
    ? (await client.cloudAttach.uploadSettings(options)).settings.scope
    : null;
  const isAll =
    devices === undefined ? present?.devices === 'all' && !collections : devices === 'all';
  return {
    ...rest,
    ...(hours !== undefined && { hours: hours && { ...hours } }),
    ...(present && {
      scope: {
        devices: isAll ? 'all' : 'collections',
        collectionIds: isAll ? [] : collections ? await ids(collections) : present.collectionIds,
        excludedCollectionIds: exclude ? await ids(exclude) : present.excludedCollectionIds,
      },
    }),
    ...(categories && {
      categories: {
        hardware: categories.includes('hardware'),
        operatingSystem: categories.includes('operatingSystem'),
        health: categories.includes('health'),
      },
    }),
  };
}

const KEYS = [
  'joinToken',
  'devices',
  'collections',
  'exclude',
  'categories',
  'intervalMinutes',
  'bandwidthKilobytesPerSecond',
  'hours',
  'paused',
  'permissions',
] as const satisfies readonly (keyof AttachChoices)[];

/** The choices of a YAML file. @throws `cli.usage` with the line, the key or the value that is wrong */
export async function readChoices(file: string): Promise<AttachChoices> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}.`);
  });
  return parseChoices(text, file);
}

export function parseChoices(text: string, file: string): AttachChoices {
  const document = parseDocument(text, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem) throw usageError(`${file} is not YAML: ${problem.message}`);
  const read: unknown = document.toJS({ maxAliasCount: 10 });
  if (read === null || typeof read !== 'object' || Array.isArray(read)) {
    throw usageError(`${file} must hold keys and values, such as "devices: all".`);
  }
  const choices: Record<string, unknown> = { ...read };
  for (const key of Object.keys(choices)) {
    if (!(KEYS as readonly string[]).includes(key)) {
      throw usageError(`${file} has a key "${key}" that means nothing.${didYouMean(key, KEYS)}`);
    }
    if (!IS_SOUND[key as (typeof KEYS)[number]](choices[key])) {
      throw usageError(`${file}: "${key}" takes ${TAKES[key as (typeof KEYS)[number]]}.`);
    }
  }
  return choices; // every key was looked at
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isNumber =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
const isTime = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value);
const isHours = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  'from' in value &&
  'to' in value &&
  Object.keys(value).length === 2 &&
  isTime(value.from) &&
  isTime(value.to);

const IS_SOUND: Readonly<Record<(typeof KEYS)[number], (value: unknown) => boolean>> = {
  joinToken: isText,
  devices: (value) => value === 'all' || value === 'collections',
  collections: isTextList,
  exclude: isTextList,
  categories: (value) =>
    Array.isArray(value) && value.every((one) => UPLOAD_CATEGORIES.some((known) => known === one)),
  intervalMinutes: isNumber(0, 1440),
  bandwidthKilobytesPerSecond: (value) => value === null || isNumber(1, 1_000_000)(value),
  hours: (value) => value === null || isHours(value),
  paused: (value) => typeof value === 'boolean',
  permissions: (value) => UPLOAD_PERMISSIONS.some((known) => known === value),
};

const TAKES: Readonly<Record<(typeof KEYS)[number], string>> = {
  joinToken: 'a join token of the tenant',
  devices: '"all" or "collections"',
  collections: 'a list of collections',
  exclude: 'a list of collections',
  categories: `a list of ${UPLOAD_CATEGORIES.join(', ')}`,
  intervalMinutes: 'a whole number from 0 to 1440; 0: as changes come',
  bandwidthKilobytesPerSecond: 'a whole number from 1 on, or null',
  hours: 'a time of day each for "from" and "to", such as "22:00", or null',
  paused: 'true or false',
  permissions: UPLOAD_PERMISSIONS.join(' or '),
};

function categoryList(text: string, before: readonly string[] = []): readonly UploadCategory[] {
  const words = wordList(text, before).filter((word) => word !== 'none');
  return words.map((word) => {
    const known = UPLOAD_CATEGORIES.find((one) => one === word);
    if (known) return known;
    throw new InvalidArgumentError(`It takes ${UPLOAD_CATEGORIES.join(', ')}, or none.`);
  });
}

function intervalMinutes(text: string): number {
  const minutes = duration(text) / 60_000;
  if (Number.isInteger(minutes) && minutes <= 1440) return minutes;
  throw new InvalidArgumentError('It takes whole minutes up to a day: 15m, 2h, or 0.');
}

function bandwidthLimit(text: string): number | null {
  if (text === 'none') return null;
  if (/^\d{1,7}$/.test(text) && isNumber(1, 1_000_000)(Number(text))) return Number(text);
  throw new InvalidArgumentError('It takes kilobytes a second from 1 on, or none.');
}

function hoursOfDay(text: string): { from: string; to: string } | null {
  if (text === 'always') return null;
  const [from = '', to = ''] = text.split('-');
  if (isTime(from) && isTime(to)) return { from, to };
  throw new InvalidArgumentError('It takes two times of day like 22:00-06:00, or always.');
}
