import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOf, parseChoices } from './choices.ts';

const WHOLE = `
joinToken: mlj1.abc
devices: collections
collections: [Lab, MLN00017]
exclude:
  - Board
categories: [hardware, health]
intervalMinutes: 15
bandwidthKilobytesPerSecond: 200
hours: { from: 22:00, to: 06:00 }
paused: false
permissions: tenantOnly
`;

test('a file says everything that the options can', () => {
  assert.deepEqual(parseChoices(WHOLE, 'attach.yaml'), {
    joinToken: 'mlj1.abc',
    devices: 'collections',
    collections: ['Lab', 'MLN00017'],
    exclude: ['Board'],
    categories: ['hardware', 'health'],
    intervalMinutes: 15,
    bandwidthKilobytesPerSecond: 200,
    hours: { from: '22:00', to: '06:00' },
    paused: false,
    permissions: 'tenantOnly',
  });
});

const BAD: readonly (readonly [string, string, RegExp])[] = [
  ['a key that means nothing', 'collection: [Lab]', /"collection".*Did you mean .?collections/s],
  ['a value of another kind', 'intervalMinutes: often', /"intervalMinutes" takes a whole number/],
  ['a category that no upload has', 'categories: [users]', /"categories" takes a list of hardware/],
  ['a time that is none', 'hours: { from: 25:00, to: 06:00 }', /"hours" takes a time of day/],
  ['what is no YAML', 'devices: [all', /is not YAML/],
  ['a list', '- all', /must hold keys and values/],
  ['a key twice', 'devices: all\ndevices: collections', /is not YAML/],
  ['aliases of aliases', bomb(), /Excessive alias count|is not YAML|means nothing/],
];

for (const [what, text, message] of BAD) {
  test(`a file with ${what} is refused by name`, () => {
    assert.throws(() => parseChoices(text, 'attach.yaml'), { message });
  });
}

test('options go before the file, and those that contradict each other are refused', async () => {
  assert.deepEqual(await choicesOf({ allDevices: true, exclude: ['none'], interval: 0 }), {
    devices: 'all',
    exclude: [],
    intervalMinutes: 0,
  });
  await assert.rejects(choicesOf({ allDevices: true, collection: ['Lab'] }), { code: 'cli.usage' });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x]'];
  for (let level = 1; level < 12; level++) {
    lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}, *a${level - 1}]`);
  }
  return lines.join('\n');
}
