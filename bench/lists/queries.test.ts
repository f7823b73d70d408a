import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawDevices } from '../world/device-rows.ts';
import { createRandom } from '../world/random.ts';
import { drawCondition, formsOf, negated } from './conditions.ts';
import { listProperties } from './properties.ts';
import { drawQueries, queryText } from './queries.ts';

const NOW = Date.UTC(2026, 10, 23);
const DEVICES = [...drawDevices(500, 1, NOW)];
const PROPERTIES = listProperties(NOW);

test('the workload holds every property with every operator, and every sort both ways', () => {
  const queries = drawQueries(1_000, 7, PROPERTIES, DEVICES);
  const filters = queries.map(({ filter }) => filter ?? '').join('\n');
  for (const [name, property] of Object.entries(PROPERTIES)) {
    assert.ok(filters.includes(name), name);
    for (const isDescending of property.isSortable ? [false, true] : []) {
      assert.ok(
        queries.some(
          ({ orderBy: [key] }) => key?.property === name && key.isDescending === isDescending,
        ),
        `${name} ${isDescending}`,
      );
    }
  }
  assert.ok(queries.filter(({ search }) => search !== null).length > 50);
  assert.equal(queries.length, 1_000);
});

test('the same seed draws the same workload, another seed another', () => {
  const texts = (seed: number): string =>
    drawQueries(200, seed, PROPERTIES, DEVICES)
      .map((query) => queryText(query, { top: 10, skip: 0, isCounted: true }))
      .join('\n');
  assert.equal(texts(7), texts(7));
  assert.notEqual(texts(7), texts(8));
});

test('a condition and its negation divide the devices', () => {
  const random = createRandom(3);
  for (const [name, property] of Object.entries(PROPERTIES)) {
    for (const form of formsOf(property)) {
      const condition = drawCondition(name, property, form, DEVICES, random);
      const count = (of: typeof condition): number =>
        DEVICES.filter((one) => of.matches(one)).length;
      assert.equal(count(condition) + count(negated(condition)), DEVICES.length, condition.text);
    }
  }
});
