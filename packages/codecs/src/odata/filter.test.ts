import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MoorlineError } from '@moorline/kernel';
import fc from 'fast-check';
import { type Filter, type FilterLiteral, printFilter } from './filter.ts';
import { MACHINE } from './fixtures/machine.ts';
import { parseFilter } from './parse-filter.ts';

const parse = (text: string): Filter => parseFilter(text, MACHINE);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MoorlineError) return error.code;
    throw error;
  }
  return 'accepted';
}

test('and binds tighter than or, and not tighter than both', () => {
  const comparison = (value: string): Filter => ({
    kind: 'comparison',
    property: 'name',
    operator: 'eq',
    value: { type: 'string', value },
  });
  assert.deepEqual(parse("name eq 'a' or not name eq 'b' and name eq 'c'"), {
    kind: 'or',
    operands: [
      comparison('a'),
      { kind: 'and', operands: [{ kind: 'not', operand: comparison('b') }, comparison('c')] },
    ],
  });
});

test('a doubled quote stands for one', () => {
  assert.deepEqual(parse("startswith(name,'O''Brien''s')"), {
    kind: 'text',
    function: 'startswith',
    property: 'name',
    value: "O'Brien's",
  });
});

test('a literal on the left mirrors the comparison', () => {
  assert.deepEqual(parse('5 lt sizeBytes'), parse('sizeBytes gt 5'));
});

test('a bare Boolean property means that it is true', () => {
  assert.deepEqual(parse('not online'), {
    kind: 'not',
    operand: {
      kind: 'comparison',
      property: 'online',
      operator: 'eq',
      value: { type: 'boolean', value: true },
    },
  });
});

test('times are read with any offset and kept in UTC', () => {
  assert.deepEqual(parse('seen ge 2026-11-23T02:00:00+02:00'), parse('seen ge 2026-11-23'));
});

test('an enumeration takes its members, bare or with their type, and names the nearest of a wrong one', () => {
  assert.deepEqual(parse("agent eq moorline.agentType'mdm'"), parse("agent eq 'mdm'"));
  assert.throws(() => parse("agent eq 'mdn'"), {
    code: 'odata.value_unknown',
    message: '"mdn" is not a value of agent. Did you mean mdm?',
  });
});

for (const [text, code] of [
  ["nme eq 'x'", 'odata.property_unknown'],
  ["constructor eq 'x'", 'odata.property_unknown'],
  ["secret eq 'x'", 'odata.property_not_usable'],
  ['name eq 5', 'odata.type_mismatch'],
  ["sizeBytes eq '5'", 'odata.type_mismatch'],
  ['online gt true', 'odata.type_mismatch'],
  ['name lt null', 'odata.type_mismatch'],
  ["contains(agent,'m')", 'odata.type_mismatch'],
  ["name eq 'x", 'odata.filter_syntax'],
  ["name eq 'x')", 'odata.filter_syntax'],
  ["name like 'x'", 'odata.filter_syntax'],
  ["upper(name,'x')", 'odata.filter_syntax'],
  ['seen eq 2026-13-01', 'odata.filter_syntax'],
  ['sizeBytes eq 99999999999999999999', 'odata.filter_syntax'],
  ["name in ('a',)", 'odata.filter_syntax'],
  ['', 'odata.filter_syntax'],
  [`${'('.repeat(5000)}online`, 'odata.filter_too_complex'],
  [`${'not '.repeat(5000)}online`, 'odata.filter_too_complex'],
  [Array(101).fill('online').join(' or '), 'odata.filter_too_complex'],
] as const) {
  test(`${text.length > 40 ? `${text.slice(0, 20)}… (${text.length})` : text || 'nothing'} is refused with ${code}`, () => {
    assert.equal(
      codeOf(() => parse(text)),
      code,
    );
  });
}

test('a near operator is named in the error', () => {
  assert.throws(() => parse("name eqq 'x'"), /Did you mean eq\?/);
});

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const stringLiteral = text.map((value): FilterLiteral => ({ type: 'string', value }));
const numberLiteral = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
  .map((value): FilterLiteral => ({ type: 'number', value: value === 0 ? 0 : value }));
const timeLiteral = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  .map((value): FilterLiteral => ({ type: 'dateTimeOffset', value: value.toISOString() }));
const operator = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le');
const condition: fc.Arbitrary<Filter> = fc.oneof(
  record({
    kind: fc.constant('comparison' as const),
    property: fc.constant('name'),
    operator,
    value: stringLiteral,
  }),
  record({
    kind: fc.constant('comparison' as const),
    property: fc.constant('sizeBytes'),
    operator,
    value: numberLiteral,
  }),
  record({
    kind: fc.constant('comparison' as const),
    property: fc.constant('seen'),
    operator,
    value: timeLiteral,
  }),
  record({
    kind: fc.constant('comparison' as const),
    property: fc.constantFrom('name', 'online'),
    operator: fc.constantFrom('eq', 'ne'),
    value: fc.constant<FilterLiteral>({ type: 'null' }),
  }),
  record({
    kind: fc.constant('in' as const),
    property: fc.constant('name'),
    values: fc.array(stringLiteral, { minLength: 1, maxLength: 4 }),
  }),
  record({
    kind: fc.constant('text' as const),
    function: fc.constantFrom('contains', 'startswith', 'endswith'),
    property: fc.constant('name'),
    value: text,
  }),
);
const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    condition,
    record({ kind: fc.constant('not' as const), operand: tie('filter') }),
    record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).filter;

test('a printed filter reads back as the same filter', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      assert.deepEqual(parse(printFilter(filter)), filter);
    }),
  );
});

test('garbage is refused with an error of ours and nothing else', () => {
  const words = fc.constantFrom(
    'name',
    'eq',
    'and',
    'not',
    'in',
    '(',
    ')',
    ',',
    "'",
    "'x'",
    'null',
    '1e400',
    'online',
    'contains',
    '2026-01-01T00:00:00Z',
    '__proto__',
    '\u0000',
    '\ud800',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(words).map((parts) => parts.join(' ')),
      ),
      (garbage) => {
        const code = codeOf(() => parse(garbage));
        assert.match(code, /^odata\.|^accepted$/);
      },
    ),
    { numRuns: 1000 },
  );
});
