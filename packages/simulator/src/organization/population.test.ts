import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRow, INVENTORY_CLASSES, rowKey, summarize } from '@moorline/model';
import fc from 'fast-check';
import { SIMULATED_CLASSES } from '../documents/rows.ts';
import type { Population } from '../population.ts';
import { ORGANIZATION } from '../profile/organization.ts';
import { createPopulation } from './population.ts';

const HOUR = Math.floor(Date.UTC(2026, 10, 23) / 3_600_000);

function population(seed: string, first = 0): Population {
  return createPopulation(ORGANIZATION, { seed, first, chaos: false });
}

function everything(of: Population, index: number, moment: { hour: number; bump: number }): string {
  const rows = of.classes.map((one) => of.rowsOf(index, one, moment));
  const fate = of.fateOf(index, '01a209e2-7eec-70ad-a805-aceea4c3da07', 'refreshMachinePolicy');
  return JSON.stringify([of.nameOf(index), rows, fate, of.clockErrorOf(index), of.linkOf(index)]);
}

const anySeed = fc.string({ maxLength: 12 });
const anyIndex = fc.integer({ min: 0, max: 120_000 });
const anyMoment = fc.record({
  hour: fc.integer({ min: HOUR - 24 * 900, max: HOUR + 24 * 900 }),
  bump: fc.integer({ min: 0, max: 2_000 }),
});

test('everything about a device follows from seed, number and moment, whatever was asked before', () => {
  fc.assert(
    fc.property(anySeed, anyIndex, anyIndex, anyMoment, (seed, index, other, moment) => {
      const asked = population(seed);
      everything(asked, other, moment);
      const told = everything(asked, index, moment);
      assert.equal(everything(population(seed), index, moment), told);
    }),
    { numRuns: 60 },
  );
});

test('a fleet that begins later in the organization has the same devices', () => {
  fc.assert(
    fc.property(anySeed, anyIndex, fc.integer({ min: 0, max: 5000 }), (seed, first, index) => {
      const moment = { hour: HOUR, bump: 0 };
      const whole = everything(population(seed), first + index, moment);
      assert.equal(everything(population(seed, first), index, moment), whole);
    }),
    { numRuns: 20 },
  );
});

test('every document passes the checks of its class, at any time and after any change by hand', () => {
  fc.assert(
    fc.property(anySeed, anyIndex, anyMoment, (seed, index, moment) => {
      const of = population(seed);
      for (const inventoryClass of of.classes) {
        const rows = of.rowsOf(index, inventoryClass, moment);
        assert.ok(rows.length <= inventoryClass.maxRows);
        if (inventoryClass.key.length === 0) assert.equal(rows.length, 1);
        const keys = new Set(rows.map((row) => rowKey(inventoryClass, row)));
        assert.equal(keys.size, rows.length, `${inventoryClass.name} repeats a key`);
        for (const row of rows) assert.equal(checkRow(inventoryClass, row), undefined);
      }
    }),
    { numRuns: 150 },
  );
});

test('all simulated classes are of the catalogue, and a change by hand is a change', () => {
  const of = population('all');
  assert.deepEqual(of.classes.map(({ name }) => name).sort(), [...SIMULATED_CLASSES].sort());
  for (const each of of.classes) assert.ok(INVENTORY_CLASSES.includes(each));
  for (const inventoryClass of of.classes) {
    for (let index = 0; index < 40; index++) {
      const rowsAt = (bump: number): string =>
        JSON.stringify(of.rowsOf(index, inventoryClass, { hour: HOUR, bump }));
      assert.notEqual(rowsAt(0), rowsAt(1), inventoryClass.name);
    }
  }
});

test('names are of one device each', () => {
  const of = population('names');
  const names = new Set(Array.from({ length: 20_000 }, (_, index) => of.nameOf(index)));
  assert.equal(names.size, 20_000);
});

interface Seen {
  readonly summary: ReturnType<typeof summarize>;
  readonly software: string;
}

function seen(of: Population, count: number, hour = HOUR): readonly Seen[] {
  return Array.from({ length: count }, (_, index) => {
    const rows = new Map(
      of.classes.map((one) => [one.name, of.rowsOf(index, one, { hour, bump: 0 })]),
    );
    return {
      summary: summarize(Object.fromEntries(rows)),
      software: JSON.stringify(rows.get('InstalledSoftware')),
    };
  });
}

test('the organization is a mixture: systems, models, memory, disks, software, serials', () => {
  const devices = seen(population('mixture'), 600);
  const distinct = (of: (one: Seen) => unknown): number => new Set(devices.map(of)).size;
  assert.ok(distinct(({ summary }) => summary.operatingSystem) >= 5);
  assert.ok(distinct(({ summary }) => summary.osVersion) >= 20);
  assert.ok(distinct(({ summary }) => summary.model) >= 15);
  assert.ok(distinct(({ summary }) => summary.physicalMemoryBytes) >= 20);
  assert.ok(distinct(({ summary }) => summary.freeStorageBytes) >= 300);
  assert.equal(
    distinct(({ summary }) => summary.serialNumber),
    600,
  );
  assert.ok(distinct(({ software }) => software) >= 590);
  const share = devices.filter(({ summary }) => summary.operatingSystem === 'Windows').length / 600;
  assert.ok(share > 0.65 && share < 0.85, String(share));
});

test('within a week some of it changes, and most stays', () => {
  const of = population('week');
  const [before, after] = [seen(of, 200), seen(of, 200, HOUR + 7 * 24)];
  const changed = before.filter(
    ({ software }, index) => software !== after[index]?.software,
  ).length;
  assert.ok(changed > 60, String(changed));
  const moved = before.filter(
    ({ summary }, index) => summary.model !== after[index]?.summary.model,
  ).length;
  assert.equal(moved, 0);
});

test('on a working day most people are there, at night few; servers always', () => {
  const of = population('hours');
  const onlineAt = (iso: string): number => {
    const now = Date.parse(iso);
    let online = 0;
    for (let index = 0; index < 500; index++) {
      const { isOnline, until } = of.presenceOf(index, now);
      assert.ok(until > now);
      if (isOnline) online++;
    }
    return online / 500;
  };
  const noon = onlineAt('2026-11-24T09:00:00Z');
  const night = onlineAt('2026-11-24T02:30:00Z');
  const sunday = onlineAt('2026-11-22T03:00:00Z');
  assert.ok(noon > night + 0.15, `${noon} at noon, ${night} at night`);
  assert.ok(sunday > 0.1 && sunday < night + 0.05, String(sunday));
});

test('clocks are wrong and links flaky at the declared rates', () => {
  const of = population('faults');
  const count = 5_000;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const wrong = indexes.filter((index) => of.clockErrorOf(index) !== 0).length / count;
  const flaky = indexes.filter((index) => of.linkOf(index).dropEveryMs > 0).length / count;
  assert.ok(Math.abs(wrong - 0.02) < 0.008, String(wrong));
  assert.ok(Math.abs(flaky - 0.06) < 0.015, String(flaky));
});
