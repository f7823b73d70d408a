import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UploadSettings } from '@moorline/contracts/admin';
import fc from 'fast-check';
import {
  entryOf,
  isSame,
  problemsOf,
  rebase,
  settingsOf,
  type UploadEntry,
} from './upload-form.ts';
import { differences, sentencesOf } from './upload-words.ts';

const SETTINGS: UploadSettings = {
  scope: { devices: 'all', collectionIds: [], excludedCollectionIds: [] },
  categories: { hardware: true, operatingSystem: true, health: true },
  intervalMinutes: 0,
  bandwidthKilobytesPerSecond: null,
  hours: null,
  paused: false,
  permissions: 'siteAndTenant',
};
const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
const time = fc.constantFrom('00:00', '06:30', '19:00', '23:59');
const settings: fc.Arbitrary<UploadSettings> = fc.record({
  scope: fc.oneof(
    fc.record({
      devices: fc.constant('all' as const),
      collectionIds: fc.constant<string[]>([]),
      excludedCollectionIds: ids,
    }),
    fc.record({
      devices: fc.constant('collections' as const),
      collectionIds: ids,
      excludedCollectionIds: ids,
    }),
  ),
  categories: fc.record({
    hardware: fc.boolean(),
    operatingSystem: fc.boolean(),
    health: fc.boolean(),
  }),
  intervalMinutes: fc.integer({ min: 0, max: 1_440 }),
  bandwidthKilobytesPerSecond: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
  hours: fc.option(fc.record({ from: time, to: time })),
  paused: fc.constant(false),
  permissions: fc.constantFrom('siteAndTenant', 'tenantOnly', 'siteOnly'),
});
const named = (id: string): string => id.toUpperCase();

test('settings that are shown in the form and not touched are the same settings', () => {
  fc.assert(fc.property(settings, (one) => isSame(settingsOf(entryOf(one)), one)));
});

test('an entry that was not touched becomes what somebody else saved', () => {
  fc.assert(
    fc.property(settings, settings, (before, now) => {
      assert.ok(isSame(settingsOf(rebase(entryOf(before), before, now)), now));
    }),
  );
});

test('an entry stays as it is when nobody else saved anything', () => {
  fc.assert(
    fc.property(settings, settings, (before, mine) => {
      assert.ok(isSame(settingsOf(rebase(entryOf(mine), before, before)), mine));
    }),
  );
});

test('what both changed of one list is put together, and what neither changed is theirs', () => {
  const before: UploadSettings = {
    ...SETTINGS,
    scope: { devices: 'collections', collectionIds: ['a', 'b'], excludedCollectionIds: [] },
  };
  const entry: UploadEntry = {
    ...entryOf(before),
    collectionIds: ['b', 'c'],
    permissions: 'siteOnly',
  };
  const now: UploadSettings = {
    ...before,
    scope: { devices: 'collections', collectionIds: ['a', 'b', 'd'], excludedCollectionIds: ['x'] },
    intervalMinutes: 30,
  };
  assert.deepEqual(settingsOf(rebase(entry, before, now)), {
    scope: { devices: 'collections', collectionIds: ['b', 'd', 'c'], excludedCollectionIds: ['x'] },
    categories: SETTINGS.categories,
    intervalMinutes: 30,
    bandwidthKilobytesPerSecond: null,
    hours: null,
    permissions: 'siteOnly',
  });
});

test('collections that were chosen come back when all devices were chosen by mistake', () => {
  const entry: UploadEntry = { ...entryOf(SETTINGS), collectionIds: ['a'], devices: 'all' };
  assert.deepEqual(settingsOf(entry).scope.collectionIds, []);
  assert.deepEqual(settingsOf({ ...entry, devices: 'collections' }).scope.collectionIds, ['a']);
});

test('what cannot be saved is said at its field, and only while the field counts', () => {
  const entry: UploadEntry = {
    ...entryOf(SETTINGS),
    devices: 'collections',
    minutes: '0',
    kilobytes: '',
    from: '08:00',
    to: '08:00',
  };
  assert.deepEqual(Object.keys(problemsOf(entry)), ['collections']);
  assert.deepEqual(
    Object.keys(problemsOf({ ...entry, hasInterval: true, hasLimit: true, hasHours: true })),
    ['collections', 'minutes', 'kilobytes', 'hours'],
  );
});

test('settings are told in sentences, and a difference is the sentence that differs', () => {
  assert.deepEqual(sentencesOf(SETTINGS, named), [
    'All devices of this site.',
    'Their identity, hardware, operating system and health.',
    'As changes come, at all hours, without a limit.',
    'Who may act from the tenant: the site’s and the tenant’s permissions decide.',
  ]);
  const now: UploadSettings = {
    ...SETTINGS,
    scope: { devices: 'collections', collectionIds: ['a', 'b'], excludedCollectionIds: ['c'] },
    categories: { hardware: false, operatingSystem: false, health: false },
  };
  assert.deepEqual(differences(SETTINGS, now, named), [
    'Devices in A, B, without those in C.',
    'Their identity only.',
  ]);
  assert.deepEqual(differences(SETTINGS, SETTINGS, named), []);
});
