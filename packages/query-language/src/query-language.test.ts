import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { silentLogger } from '@moorline/kernel';
import type { QueryClass } from '@moorline/query';
import { createQueryLanguage } from './query-language.ts';

const column = (name: string, type: QueryClass['columns'][number]['type']) => ({
  name,
  type,
  description: 'A column.',
});
const CLASSES: readonly QueryClass[] = [
  {
    name: 'OS',
    description: 'The operating system.',
    columns: [column('Name', 'string'), column('LastBootUpTime', 'dateTime')],
  },
  {
    name: 'LogicalDisk',
    description: 'A disk.',
    columns: [
      column('Name', 'string'),
      column('Size', 'int'),
      column('FreeSpace', 'int'),
      column('Load', 'real'),
      column('IsReadOnly', 'bool'),
    ],
  },
];

describe('the query language', () => {
  // None of these is about time: a machine that does other work too may take its time over them.
  const limitMs = 60_000;
  const language = createQueryLanguage({ classes: CLASSES, logger: silentLogger, limitMs });
  after(() => language[Symbol.asyncDispose]());

  const planOf = async (text: string) => {
    const { plan, problems } = await language.check(text);
    assert.deepEqual(problems, []);
    return plan;
  };
  const problemOf = async (text: string) => {
    const { plan, problems } = await language.check(text);
    assert.equal(plan, null, text);
    const [first] = problems;
    assert.ok(first);
    return first;
  };

  it('makes a plan of a query', async () => {
    assert.deepEqual(await planOf('OS | where Name =~ "Debian" and LastBootUpTime < ago(30d)'), {
      className: 'OS',
      where: {
        kind: 'and',
        operands: [
          { kind: 'text', test: 'equals', column: 'Name', values: ['debian'], foldsCase: true },
          {
            kind: 'time',
            order: '<',
            column: 'LastBootUpTime',
            right: { kind: 'now', plusMs: -30 * 86_400_000 },
          },
        ],
      },
    });
  });

  it('takes every form that the docs offer', async () => {
    for (const text of [
      'OS',
      'OS | distinct DeviceId',
      'OS | where Name has "x" | project DeviceId, Name',
      'LogicalDisk | where FreeSpace * 10 < Size',
      'LogicalDisk | where Size between (1 .. 10) and Size !between (3 .. 4)',
      'LogicalDisk | where IsReadOnly and not(IsReadOnly == false) or IsReadOnly != true',
      'LogicalDisk | where Size in (1, 2, -3) and Size !in (4)',
      'LogicalDisk | where Load > 0.5',
      'OS | where Name in~ ("a", \'b\') or Name has_any ("c", "d") or Name has_all ("e", "f")',
      'OS | where Name !contains_cs "\\n" and Name !startswith "a" and Name endswith_cs @"\\b"',
      'OS | where isempty(Name) or isnull(LastBootUpTime) or isnotnull(LastBootUpTime)',
      'OS | where LastBootUpTime > datetime(2026-11-23T10:15:00Z) or now() - 7d > LastBootUpTime',
      'OS | where DeviceId in (LogicalDisk | where Size > 5) and DeviceId !in (LogicalDisk)',
      "OS | where ['Name'] == 'x' // a comment",
    ]) {
      assert.ok(await planOf(text), text);
    }
  });

  it('gives the service’s own message with its place', async () => {
    assert.deepEqual(await problemOf('OS | where Nam == "x"'), {
      message: "The name 'Nam' does not refer to any known column, table, variable or function.",
      start: 11,
      length: 3,
    });
    assert.equal((await problemOf('OS | where Name ==')).start, 18);
  });

  it('refuses what the language has and rules have not (attack 28)', async () => {
    for (const [text, message] of [
      ['.show tables', /one query/],
      ['OS | summarize count()', /summarize is not offered/],
      ['OS | extend x = 1', /extend is not offered/],
      ['OS | join LogicalDisk on DeviceId', /join is not offered/],
      ['OS | take 5', /take is not offered/],
      ['OS; LogicalDisk', /second one/],
      ['let x = 1; OS', /second one|without let/],
      ['print 1', /begins with the name of a class/],
      ['union OS, LogicalDisk', /begins with the name of a class/],
      ['externaldata(x:string)["https://localhost/"]', /begins with|./],
      ['OS | where Name matches regex "(a+)+$"', /Regular expressions/],
      ['OS | where tolower(Name) == "x"', /compare without regard to case/],
      ['OS | where strlen(Name) > 3', /not offered/],
      ['OS | where LastBootUpTime == now()', /Nothing is equal/],
      ['OS | where LastBootUpTime + 7d < now()', /other side/],
      ['LogicalDisk | where Load * 2 > 1', /Sums take columns of whole numbers/],
      ['LogicalDisk | where Size > 99999999999999999', /in decimal/],
      ['LogicalDisk | where Size > 0x1F', /in decimal/],
      ['OS | where LastBootUpTime > datetime(2026-02-31)', /Write a time like/],
      ['OS | where Name has "--"', /looks for words/],
      ['OS | where isnull(Name)', /never null/],
      ['OS | project Name', /must be DeviceId/],
      ['OS | where Name in (LogicalDisk)', /./],
      ['OS | where Name == "a\\0"', /./],
      ['', /./],
    ] as const) {
      assert.match((await problemOf(text)).message, message, text);
    }
  });

  it('bounds the size and the depth of a query (attack 12)', async () => {
    assert.match((await problemOf(`OS | where Name == "${'a'.repeat(9000)}"`)).message, /8192/);
    const many = Array.from({ length: 250 }, () => 'Name has "a"').join(' or ');
    assert.match((await problemOf(`OS | where ${many}`)).message, /200 conditions/);
    const deep = 'OS | where DeviceId in (OS | where DeviceId in (OS | where DeviceId in (OS)))';
    assert.match((await problemOf(deep)).message, /3 deep/);
  });

  it('completes with what rules offer alone', async () => {
    const labels = async (text: string) =>
      (await language.complete(text, text.length)).items.map(({ label }) => label);
    assert.deepEqual(await labels('OS | where Na'), [
      'DeviceId',
      'LastBootUpTime',
      'Name',
      ...(await labels('OS | where Na')).slice(3),
    ]);
    assert.deepEqual((await labels('OS | ')).sort(), ['distinct', 'project', 'where']);
    assert.ok(!(await labels('OS | where Name ')).includes('matches regex'));
    const { start, length } = await language.complete('OS | where Na', 13);
    assert.deepEqual([start, length], [11, 2]);
  });

  it('ends a query that takes too long, and goes on with the next', async () => {
    const impatient = createQueryLanguage({ classes: CLASSES, logger: silentLogger, limitMs: 1 });
    await impatient.check('OS');
    const hostile = `OS | where ${'not('.repeat(700)}true${')'.repeat(700)}`;
    await assert.rejects(impatient.check(hostile), { code: /query\.(too_slow|check_failed)/ });
    assert.ok((await impatient.check('OS')).plan);
    await impatient[Symbol.asyncDispose]();
  });

  it('survives nesting that overflows the service (attack 12)', async () => {
    const hostile = `OS | where ${'('.repeat(4000)}true${')'.repeat(4000)}`;
    await language.check(hostile).then(
      ({ plan }) => assert.equal(plan, null),
      (error) => assert.match(error.code, /^query\./),
    );
    assert.ok(await planOf('OS'));
  });
});
