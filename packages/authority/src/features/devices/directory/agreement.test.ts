import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Filter, FilterLiteral, QueryOptions } from '@moorline/codecs/odata';
import { type AuthorityId, systemClock, systemEntropy, uuidv7 } from '@moorline/kernel';
import { createFakeClock, type TestDatabase, withDatabase } from '@moorline/testkit';
import fc from 'fast-check';
import { MANAGED_DEVICE } from '../entity.ts';
import { countDevices, readPage } from '../list.ts';
import { DEVICES_MIGRATIONS } from '../migrations.ts';
import { readGroups } from '../overview.ts';
import {
  type DirectoryLab,
  NO_OPTIONS,
  openDirectory,
  PRESENTATION,
  type StoredRow,
  storeRows,
} from './directory.fixture.ts';

const newId = (): string => uuidv7(systemClock, systemEntropy);
const CONNECTORS = [newId(), newId()];
const IDS = Array.from({ length: 120 }, newId);

// Case that changes length or depends on what stands beside it, bytes in another order than UTF-16's, LIKE's own
// characters, the last character that there is, and much that is the same.
const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'AB',
  'abc',
  'abcdef',
  'ABCDEFG',
  'abcdefg\u{10ffff}',
  'abcdefg\u{10fffe}',
  'abcdefgh',
  'DESKTOP-0001',
  'desktop-0002',
  'desktop-0002 ',
  'İstanbul',
  'ıstanbul',
  'STRASSE',
  'Straße',
  'ΟΔΟΣ',
  'οδος',
  'οδοσ',
  'Å',
  'å',
  '\uffff',
  '😀',
  '😀x',
  '\u{10ffff}',
  '%',
  '_',
  '\\',
  'a%b_c\\d',
  "it's",
  '"; drop table devices --',
  '\t\n',
  ' ',
  'x'.repeat(300),
  'é'.repeat(255),
];
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', maxLength: 12 })
      .map((value) => value.replaceAll('\0', '').toWellFormed()),
  },
);
const part = fc
  .tuple(text, fc.nat(8), fc.nat(8))
  .map(([value, start, length]) => [...value].slice(start, start + length).join(''));
const nullableText = fc.option(text, { freq: 4 });
const NUMBERS = [0, 1, 5, 8 * 2 ** 30, 2 ** 53, 2 ** 62, 1e15 + 1];
const number = fc.constantFrom(...NUMBERS);
const TIMES = [
  '1970-01-01T00:00:00.000Z',
  '1999-12-31T23:59:59.999Z',
  '2026-11-16T11:59:59.999Z',
  '2026-11-16T12:00:00.000Z',
  '2026-11-23T11:00:00.000Z',
  '2026-11-23T11:00:00.001Z',
  '9998-12-31T23:59:59.999Z',
  '9999-01-01T00:00:00.000Z',
];
const time = fc.constantFrom(...TIMES);
const storedTime = fc.oneof(time, fc.constant('2026-11-23T11:00:00.000457Z'));

function row(id: string): fc.Arbitrary<StoredRow> {
  return fc.record({
    id: fc.constant(id),
    origin: fc.constantFrom(null, ...CONNECTORS),
    name: nullableText,
    operating_system: nullableText,
    os_version: nullableText,
    manufacturer: nullableText,
    model: nullableText,
    serial_number: nullableText,
    architecture: fc.constantFrom('unknown', 'x64', 'arM64'),
    chassis_type: fc.constantFrom('unknown', 'laptop', 'desktop'),
    physical_memory_bytes: fc.option(number),
    total_storage_bytes: fc.option(number),
    free_storage_bytes: fc.option(number),
    ethernet_mac_address: nullableText,
    wifi_mac_address: nullableText,
    online: fc.boolean(),
    last_contact_at: storedTime,
    enrolled_at: storedTime,
    client_version: text,
    certificate_expires_at: storedTime,
  });
}

const PROPERTIES = Object.entries(MANAGED_DEVICE.properties);
const filterable = PROPERTIES.filter(([, property]) => property.isFilterable);
const sortable = PROPERTIES.filter(([, property]) => property.isSortable).map(([name]) => name);

function literal(name: string): fc.Arbitrary<FilterLiteral> {
  const property = MANAGED_DEVICE.properties[name];
  const value = (): fc.Arbitrary<FilterLiteral> => {
    if (property?.enumeration) {
      return fc
        .constantFrom(...property.enumeration.members)
        .map((member) => ({ type: 'string', value: member }));
    }
    if (name === 'id' || name === 'connectorId') {
      const ids = [...CONNECTORS, ...IDS.slice(0, 9), newId()];
      return fc
        .constantFrom(...ids, ...ids.map((id) => id.toUpperCase()), 'no id', '', '0', '02')
        .map((id) => ({ type: 'string', value: id }));
    }
    switch (property?.type) {
      case 'Boolean':
        return fc.boolean().map((flag) => ({ type: 'boolean', value: flag }));
      case 'Int64':
        return fc
          .oneof(number, fc.constantFrom(0.5, -1, 1e300, 8 * 2 ** 30 + 0.25))
          .map((amount) => ({ type: 'number', value: amount }));
      case 'DateTimeOffset':
        return time.map((moment) => ({ type: 'dateTimeOffset', value: moment }));
      default:
        return fc.oneof(text, part).map((words) => ({ type: 'string', value: words }));
    }
  };
  return fc.oneof(
    { weight: 9, arbitrary: value() },
    { weight: 1, arbitrary: fc.constant<FilterLiteral>({ type: 'null' }) },
  );
}

const condition: fc.Arbitrary<Filter> = fc
  .constantFrom(...filterable)
  .chain(([property, { type, enumeration }]) => {
    const comparison = fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), literal(property))
      .map(([operator, value]): Filter => {
        // Null and Booleans have no order: the parser lets no such comparison through.
        const isOrdered = value.type !== 'null' && value.type !== 'boolean';
        return {
          kind: 'comparison',
          property,
          operator: (isOrdered || operator === 'eq' ? operator : 'ne') as 'eq',
          value,
        };
      });
    const list = fc
      .array(literal(property), { minLength: 1, maxLength: 6 })
      .map((values): Filter => ({ kind: 'in', property, values }));
    if (type !== 'String' || enumeration) return fc.oneof(comparison, list);
    const isId = property === 'id' || property === 'connectorId';
    const words = isId
      ? fc.constantFrom(
          '0',
          IDS[0]?.slice(0, 13) ?? '',
          IDS[1]?.slice(-4) ?? '',
          'F',
          '-7',
          'a',
          'AB-',
          '8',
        )
      : part;
    const match = fc
      .tuple(fc.constantFrom('contains', 'startswith', 'endswith'), fc.oneof(words, text))
      .map(
        ([name, value]): Filter => ({
          kind: 'text',
          function: name as 'contains',
          property,
          value,
        }),
      );
    return fc.oneof(comparison, list, match, match);
  });
const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter; junction: Filter; not: Filter }>(
  (tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      condition,
      tie('junction'),
      tie('not'),
    ),
    junction: fc
      .tuple(
        fc.constantFrom<'and' | 'or'>('and', 'or'),
        fc.array(tie('filter'), { minLength: 2, maxLength: 4 }),
      )
      .map(([kind, operands]) => ({ kind, operands })),
    not: tie('filter').map((operand) => ({ kind: 'not', operand })),
  }),
).filter;

const question: fc.Arbitrary<QueryOptions> = fc.record({
  filter: fc.option(filter, { freq: 5 }),
  orderBy: fc
    .uniqueArray(fc.constantFrom(...sortable), { maxLength: 4 })
    .chain((names) =>
      fc.tuple(
        ...names.map((property) =>
          fc.record({ property: fc.constant(property), isDescending: fc.boolean() }),
        ),
      ),
    ),
  select: fc.constant(null),
  top: fc.constantFrom(0, 1, 2, 7, 50),
  skip: fc.constantFrom(0, 0, 0, 1, 30),
  count: fc.constant(true),
  search: fc.array(
    fc.oneof(text, part).filter((term) => term.trim() !== ''),
    { maxLength: 1 },
  ),
  skipToken: fc.constant(null),
});

describe('the device directory and the database', () => {
  let test: TestDatabase;
  before(async () => {
    test = await withDatabase(DEVICES_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());

  /** Both answer; what they answer is one and the same. */
  async function ask(
    authorityId: AuthorityId,
    lab: DirectoryLab,
    options: QueryOptions,
  ): Promise<string | null> {
    const [theirs, matches] = await test.database.read(authorityId, async (tx) => [
      await readPage(tx, { ...options, count: false }, PRESENTATION),
      await countDevices(
        tx,
        { ...options, search: [...options.search], filter: options.filter ?? ALWAYS },
        PRESENTATION,
      ),
    ]);
    const ours = await lab.directory.page(options, PRESENTATION);
    const asked = JSON.stringify(options);
    assert.deepEqual(
      ours?.ids,
      theirs.items.map((item) => item.id),
      asked,
    );
    assert.equal(ours?.count, matches);
    assert.equal(await lab.directory.count(options, PRESENTATION), matches);
    assert.equal(ours?.skipToken === null, theirs.skipToken === null);
    if (theirs.skipToken === null || !ours?.skipToken) return null;
    // Each goes on from where the other has stopped.
    const [next, same] = await Promise.all([
      test.database.read(authorityId, (tx) =>
        readPage(tx, { ...options, skip: 0, skipToken: ours.skipToken }, PRESENTATION),
      ),
      lab.directory.page({ ...options, skip: 0, skipToken: theirs.skipToken }, PRESENTATION),
    ]);
    assert.deepEqual(
      same?.ids,
      next.items.map((item) => item.id),
      `${asked} ${textOf(theirs.skipToken)} ${textOf(ours.skipToken)}`,
    );
    return ours.skipToken;
  }

  it('answer any filter, search, order and page alike, of any rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...IDS.map(row)),
        fc.array(question, { minLength: 40, maxLength: 40 }),
        async (rows, questions) => {
          const authorityId = test.newAuthority();
          await storeRows(test, authorityId, rows);
          await using lab = await openDirectory(
            test,
            authorityId,
            createFakeClock(PRESENTATION.now),
          );
          for (const options of questions) {
            let skipToken = await ask(authorityId, lab, options);
            for (let page = 0; skipToken !== null && page < 2; page++) {
              skipToken = await ask(authorityId, lab, { ...options, skip: 0, skipToken });
            }
          }
          const groups = await lab.directory.groups(PRESENTATION.now);
          const expected = await test.database.read(authorityId, (tx) =>
            readGroups(tx, PRESENTATION.now),
          );
          const sorted = (list: typeof groups): string[] =>
            (list ?? []).map((group) => JSON.stringify(Object.values(group))).sort();
          assert.deepEqual(sorted(groups), sorted(expected));
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('answer pages of many thousand rows alike, deep in the list and with many of a kind', async () => {
    const authorityId = test.newAuthority();
    await test.asOwner(`insert into devices (authority_id, id, origin, name, serial_number, manufacturer,
        model, operating_system, online, last_contact_at, enrolled_at, client_version,
        physical_memory_bytes, certificate_expires_at)
      select '${authorityId}', gen_random_uuid(), case when n % 3 = 0 then '${CONNECTORS[0]}'::uuid end,
        'DESKTOP-' || lpad(to_hex(n::bigint * 7919 % 40000), 5, '0'), case when n % 5 > 0 then 'SN' || n % 1000 end,
        'Maker ' || n % 3, 'Model ' || n % 41, 'OS ' || n % 7, n % 2 = 0,
        timestamptz '2026-11-23 12:00:00Z' - make_interval(secs => n * 31 % 5000), '2026-11-01', '0.1.' || n % 4,
        n % 4 * 1073741824::bigint, '2027-01-01' from generate_series(1, 40000) n`);
    await using lab = await openDirectory(test, authorityId, createFakeClock(PRESENTATION.now));
    const orders = [
      ['deviceName'],
      ['online desc', 'deviceName'],
      ['model', 'lastSyncDateTime desc'],
      ['manufacturer desc', 'model', 'serialNumber desc'],
      ['id desc'],
      ['enrolledDateTime'],
      ['physicalMemoryInBytes', 'operatingSystem desc', 'id'],
    ];
    const online: Filter = {
      kind: 'comparison',
      property: 'online',
      operator: 'eq',
      value: { type: 'boolean', value: true },
    };
    for (const order of orders) {
      for (const skip of [0, 3000, 19_950, 39_990]) {
        const options: QueryOptions = {
          ...NO_OPTIONS,
          filter: skip === 19_950 ? online : null,
          orderBy: order.map((key) => {
            const [property = '', direction] = key.split(' ');
            return { property, isDescending: direction === 'desc' };
          }),
          top: 40,
          skip,
        };
        await ask(authorityId, lab, options);
      }
    }
  });
});

function textOf(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8');
}

const ALWAYS: Filter = {
  kind: 'comparison',
  property: 'id',
  operator: 'ne',
  value: { type: 'string', value: '' },
};
