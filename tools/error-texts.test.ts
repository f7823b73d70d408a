import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { errorTexts, repeatedCodes, tellError, unfinishedTexts } from './error-texts.ts';
import { readHouse } from './house.ts';

const house = readHouse(fileURLToPath(new URL('..', import.meta.url)))
  .packages.flatMap(({ files }) => files)
  .filter(({ path }) => !/\.(?:test|fixture)\.tsx?$|\/testing\//.test(path));
const rows = house.flatMap(errorTexts);

function table(path: string, code: string, text: string): ReturnType<typeof errorTexts> {
  const source = `const T = {\n  a: {\n    code: '${code}',\n    kind: 'failure',\n    text: '${text}',\n  },\n};\n`;
  return errorTexts({ path, text: source });
}

test('every row of every table of errors is read', () => {
  const tables = house.filter(({ text }) => text.includes('defineErrors('));
  assert.ok(tables.length > 10);
  for (const file of tables) {
    const declared = file.text.match(/\bkind: '(?:failure|unavailable|bug)',/g) ?? [];
    assert.equal(errorTexts(file).length, declared.length, file.path);
  }
});

test('a code belongs to one table', () => {
  assert.deepEqual(repeatedCodes(rows).map(tellError), []);
});

test('a code is dotted: its area, and what happened', () => {
  assert.deepEqual(rows.filter(({ code }) => !/^[a-z]+\.[a-z_]+$/.test(code)).map(tellError), []);
});

test('a text is a sentence, and ends as one', () => {
  assert.deepEqual(unfinishedTexts(rows).map(tellError), []);
});

test('a code of two tables and a text without a full stop are found', () => {
  const found = [...table('a.ts', 'x.y', 'No.'), ...table('b.ts', 'x.y', 'No')];
  assert.deepEqual(repeatedCodes(found).map(tellError), ['a.ts:3: x.y: No.', 'b.ts:3: x.y: No']);
  assert.deepEqual(unfinishedTexts(found).map(tellError), ['b.ts:3: x.y: No']);
});
