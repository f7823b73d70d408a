import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MoorlineError } from '@moorline/kernel';
import fc from 'fast-check';
import { printCsdl } from './csdl.ts';
import { MACHINE } from './fixtures/machine.ts';
import { parseQueryOptions, QUERY_OPTIONS, type QueryOptions } from './query-options.ts';

const parse = (query: string): QueryOptions =>
  parseQueryOptions(new URLSearchParams(query), MACHINE);

test('every option is read', () => {
  assert.deepEqual(
    parse(
      '$filter=online&$orderby=name desc,id&$select=id,name&$top=5&$skip=10&$count=true&$search="two words" AND one&$skiptoken=abc',
    ),
    {
      filter: {
        kind: 'comparison',
        property: 'online',
        operator: 'eq',
        value: { type: 'boolean', value: true },
      },
      orderBy: [
        { property: 'name', isDescending: true },
        { property: 'id', isDescending: false },
      ],
      select: ['id', 'name'],
      top: 5,
      skip: 10,
      count: true,
      search: ['two words', 'one'],
      skipToken: 'abc',
    } satisfies QueryOptions,
  );
});

test('an unknown option is refused with the nearest right one', () => {
  assert.throws(() => parse('$fliter=online'), {
    code: 'odata.option_unknown',
    message: 'There is no query option $fliter here. Did you mean $filter?',
  });
  assert.throws(() => parse('top=5'), /Did you mean \$top\?/);
});

for (const [query, code] of [
  ['$top=1&$top=2', 'odata.option_repeated'],
  ['$top=-1', 'odata.option_invalid'],
  ['$top=1e3', 'odata.option_invalid'],
  ['$count=yes', 'odata.option_invalid'],
  ['$orderby=name up', 'odata.option_invalid'],
  ['$orderby=name,name desc', 'odata.option_invalid'],
  ['$orderby=secret', 'odata.property_not_usable'],
  ['$orderby=name;drop table devices', 'odata.option_invalid'],
  ['$orderby=(select 1)', 'odata.option_invalid'],
  ['$orderby=(select1)', 'odata.property_unknown'],
  ['$select=nme', 'odata.property_unknown'],
  ['$search=a OR b', 'odata.option_invalid'],
  ['$search="open', 'odata.option_invalid'],
  ["$filter=name eq '%00'", 'odata.option_invalid'],
  [`$filter=${'x'.repeat(9000)}`, 'odata.option_too_long'],
] as const) {
  test(`${query.slice(0, 40)} is refused with ${code}`, () => {
    assert.throws(() => parse(query), { code });
  });
}

test('garbage in any option is refused with an error of ours and nothing else', () => {
  const name = fc.oneof(fc.constantFrom(...QUERY_OPTIONS), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), (pairs) => {
      try {
        parseQueryOptions(pairs, MACHINE);
      } catch (error) {
        assert.ok(error instanceof MoorlineError && error.code.startsWith('odata.'), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('the schema declares each entity, its enumerations and its actions once', () => {
  const xml = printCsdl({
    singleton: {
      namespace: 'moorline',
      name: 'service',
      collections: { machines: MACHINE },
      entities: {
        total: {
          namespace: 'moorline',
          name: 'overview',
          properties: {
            id: 'Edm.String',
            orders: { type: 'moorline.order', isCollection: true },
            note: { type: 'Edm.String', isNullable: true },
          },
        },
      },
    },
    complexTypes: [
      { namespace: 'moorline', name: 'order', properties: { what: 'moorline.orderKind' } },
    ],
    enumerations: [{ namespace: 'moorline', name: 'orderKind', members: ['sync'] }],
    actions: [
      { entity: MACHINE, name: 'give', parameter: { name: 'order', type: 'moorline.order' } },
    ],
  });
  assert.match(xml, /<EntityType Name="machine"><Key><PropertyRef Name="id"\/><\/Key>/);
  assert.match(xml, /<Property Name="agent" Type="moorline\.agentType"\/>/);
  assert.match(xml, /<Action Name="give" IsBound="true">/);
  assert.match(xml, /<NavigationProperty Name="total" Type="moorline\.overview" Nullable="false"/);
  assert.match(
    xml,
    /<EntityType Name="overview"><Key><PropertyRef Name="id"\/><\/Key><Property Name="id" Type="Edm\.String" Nullable="false"\/><Property Name="orders" Type="Collection\(moorline\.order\)" Nullable="false"\/><Property Name="note" Type="Edm\.String"\/>/,
  );
  assert.equal(xml.match(/<Schema /g)?.length, 1);
});
