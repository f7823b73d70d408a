import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CollectionRule } from '@moorline/contracts/admin';
import type { InventoryRow } from '@moorline/model';
import { createFakeClock, withDatabase } from '@moorline/testkit';
import fc from 'fast-check';
import { ALL_SYSTEMS, BUILT_IN_GROUPS } from './built-in.ts';
import {
  ADMIN,
  type GroupsLab,
  type GroupsTestbed,
  LAB_MIGRATIONS,
  openGroupsTestbed,
} from './groups.fixture.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

const text = fc.constantFrom(
  ...[
    '',
    'sda',
    'SDA',
    'sda1',
    'İ',
    'ı',
    'ß',
    'é',
    'É',
    '%',
    '_',
    '\\',
    "'",
    'a b',
    'b-a',
    'a_b',
    'x\ty',
    '日本',
  ],
);
const time = fc.oneof(
  fc.integer({ min: -60, max: 60 }).map((hours) => new Date(START + hours * HOUR).toISOString()),
  fc.constantFrom(
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000000001Z',
    '2026-01-01T00:00:00.9999999Z',
    '2026-02-31T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2025-12-31T24:00:00Z',
  ),
);
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null });
const size = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(9007199254740991, -3));

const disks: fc.Arbitrary<InventoryRow[]> = fc.array(
  fc.record({
    Name: nullable(text),
    Size: nullable(size),
    FreeSpace: nullable(size),
    IsReadOnly: nullable(fc.boolean()),
  }),
  { maxLength: 3 },
);
const systems: fc.Arbitrary<InventoryRow[]> = fc.array(
  // A value of another type than the column's, as an older version may have left it, is not known.
  fc.record({ Name: fc.oneof(nullable(text), fc.constant(7)), LastBootUpTime: nullable(time) }),
  { maxLength: 2 },
);

const quoted = text.map((value) => JSON.stringify(value));
const words = text
  .filter((value) => /[0-9A-Za-z\u0080-\uffff]/.test(value))
  .map((value) => JSON.stringify(value));
const order = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const nameTest = fc
  .oneof(
    fc.tuple(
      fc.constantFrom(
        ...[
          '==',
          '!=',
          '=~',
          '!~',
          'contains',
          '!contains',
          'contains_cs',
          'startswith',
          '!startswith_cs',
        ],
        ...['endswith', 'endswith_cs'],
      ),
      quoted,
    ),
    fc.tuple(fc.constantFrom('has', '!has', 'has_cs'), words),
    fc.tuple(
      fc.constantFrom('in', '!in', 'in~', '!in~'),
      fc.array(quoted, { minLength: 1, maxLength: 3 }).map((values) => `(${values.join(', ')})`),
    ),
  )
  .map(([operator, value]) => `Name ${operator} ${value}`);
const sum = fc.constantFrom(
  'Size',
  'FreeSpace',
  'Size + FreeSpace',
  'FreeSpace * 2 - Size',
  '3',
  '-3',
);
const diskTest = fc.oneof(
  nameTest,
  fc.tuple(sum, order, sum).map((parts) => parts.join(' ')),
  fc.constantFrom(
    ...[
      'IsReadOnly',
      'IsReadOnly == true',
      'IsReadOnly != false',
      'isnull(IsReadOnly)',
      'isempty(Name)',
    ],
    ...[
      'isnotnull(Size)',
      'Size in (1, 2, 3)',
      'Size !in (1)',
      'Size between (1 .. 3)',
      'Size !between (1 .. 3)',
    ],
  ),
);
const moment = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((hours) => `ago(${hours}h)`),
  fc.integer({ min: 1, max: 60 }).map((hours) => `now() + ${hours}h`),
  fc.constantFrom('now()', 'datetime(2026-01-01)', 'datetime(2025-12-31T23:00:00Z)'),
);
const systemTest = fc.oneof(
  nameTest,
  fc
    .tuple(fc.constantFrom('<', '<=', '>', '>='), moment)
    .map(([operator, value]) => `LastBootUpTime ${operator} ${value}`),
  fc.constantFrom('isnull(LastBootUpTime)', 'LastBootUpTime == datetime(2026-01-01)'),
);

function conditions(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'condition' },
      leaf,
      fc
        .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
        .map(([a, word, b]) => `(${a} ${word} ${b})`),
      tie('tree').map((inner) => `not(${inner})`),
    ),
  })).tree;
}
const diskQuery = conditions(diskTest).map((condition) => `LogicalDisk | where ${condition}`);
const systemQuery = conditions(systemTest).map((condition) => `OS | where ${condition}`);
const query = fc.oneof(
  diskQuery,
  systemQuery,
  fc
    .tuple(fc.constantFrom('in', '!in'), systemQuery)
    .map(([word, inner]) => `LogicalDisk | where DeviceId ${word} (${inner})`),
  fc.constantFrom(
    'ManagedDevice | where Model in ("A", "B") or FreeStorage < 3',
    'ManagedDevice | where isempty(Model)',
    'ClientStatus | where LastSyncDateTime < ago(5h)',
  ),
);

/** Groups may name those before them. */
const group = fc.record({
  limit: fc.nat(),
  queries: fc.array(query, { maxLength: 2 }),
  includes: fc.array(fc.nat(), { maxLength: 1 }),
  excludes: fc.array(fc.nat(), { maxLength: 1 }),
  direct: fc.array(fc.nat(), { maxLength: 1 }),
});

type Step = (lab: GroupsLab, devices: string[]) => Promise<void>;
const pick = (devices: readonly string[], at: number): string => devices[at % devices.length] ?? '';
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.nat(), disks).map(
    ([at, rows]): Step =>
      (lab, devices) =>
        lab.document(pick(devices, at), 'LogicalDisk', rows),
  ),
  fc.tuple(fc.nat(), systems).map(
    ([at, rows]): Step =>
      (lab, devices) =>
        lab.document(pick(devices, at), 'OS', rows),
  ),
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom<Record<string, unknown>>(
        { model: 'A' },
        { model: null },
        { free_storage_bytes: 2 },
        { chassis_type: 'phone' },
        { operating_system: null },
      ),
    )
    .map(
      ([at, columns]): Step =>
        (lab, devices) =>
          lab.change(pick(devices, at), columns),
    ),
  fc.nat().map(
    (at): Step =>
      (lab, devices) =>
        lab.change(pick(devices, at), { last_contact_at: new Date(lab.clock.now()) }),
  ),
  fc.integer({ min: 1, max: 20 * HOUR }).map(
    (byMs): Step =>
      async (lab) =>
        lab.clock.advance(byMs),
  ),
  fc.constant<Step>(async (lab, devices) => void devices.push(await lab.device())),
  fc.constant<Step>(async (lab, devices) => {
    if (devices.length > 1) await lab.remove(devices.pop() ?? '');
  }),
  fc.constant<Step>((lab) => lab.groups.evaluatePending()),
);

describe('what changes lead to and what the check finds', () => {
  let bed: GroupsTestbed;
  before(async () => {
    bed = openGroupsTestbed(await withDatabase(LAB_MIGRATIONS), createFakeClock);
  });
  after(() => bed[Symbol.asyncDispose]());

  it('agree, whatever the rules and whatever changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(group, { minLength: 1, maxLength: 4 }),
        fc.array(step, { minLength: 5, maxLength: 25 }),
        async (shapes, steps) => {
          const lab = bed.lab();
          const devices = [await lab.device(), await lab.device({ model: 'B' })];
          const ids = [ALL_SYSTEMS, BUILT_IN_GROUPS[1]?.id ?? '', BUILT_IN_GROUPS[3]?.id ?? ''];
          for (const [at, shape] of shapes.entries()) {
            const rules: CollectionRule[] = [
              ...shape.queries.map((one) => ({ kind: 'query' as const, name: 'q', query: one })),
              ...shape.includes.map((to) => ({
                kind: 'include' as const,
                name: 'i',
                collectionId: pick(ids, to),
              })),
              ...shape.excludes.map((to) => ({
                kind: 'exclude' as const,
                name: 'e',
                collectionId: pick(ids, to),
              })),
              ...shape.direct.map((to) => ({
                kind: 'direct' as const,
                name: 'd',
                deviceIds: [pick(devices, to)],
              })),
            ];
            const { collection } = await lab.groups.create(ADMIN, {
              displayName: `Group ${at}`,
              limitingCollectionId: pick(ids, shape.limit),
              rules,
            });
            ids.push(collection.id);
          }
          for (const one of steps) await one(lab, devices);
          assert.equal(await lab.groups.check(), 0, JSON.stringify(lab.errors));
          for (const id of ids.slice(3)) {
            const { collection } = await lab.groups.get(ADMIN, id);
            assert.equal(collection.memberCount, (await lab.members(id)).length);
          }
        },
      ),
      { numRuns: Number(process.env.AGREEMENT_RUNS ?? 40) },
    );
  });
});
