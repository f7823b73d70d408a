import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { displayWidth, fitText, safeJson, safeText } from './safe-text.ts';

test('escape sequences are taken out with what they enclose', () => {
  assert.equal(safeText('a\u001b[31mred\u001b[0m b'), 'ared b');
  assert.equal(safeText('\u001b]0;title\u0007name'), 'name');
  assert.equal(safeText('\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\'), 'link');
  assert.equal(safeText('\u009b2Jx\u001bPq\u001b\\y'), 'xy');
});

test('bidirectional overrides and characters of no width are taken out', () => {
  assert.equal(safeText('exe\u202ecod.\u2066a\u2069\u200bb\ufeff'), 'execod.ab');
});

test('line breaks and tabs become one space, so that a row stays a row', () => {
  assert.equal(safeText('a\r\n\tb\u2028c'), 'a b c');
});

test('nothing a terminal acts on is left of any text', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  const dangerous = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u001b', '[', ']', '\u009b', '\u0007', '\n', '\u202e', '\\', 'm', '0', ';'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(fc.property(hostile, (text) => !dangerous.test(safeText(text))));
});

test('json keeps the data and escapes what a terminal would act on', () => {
  const value = { name: 'a\u001b[31m\u202eb\u009b' };
  const json = safeJson(value);
  assert.match(json, /^[\n\u0020-\u007e]*$/);
  assert.deepEqual(JSON.parse(json), value);
});

test('wide characters count for two columns, combining ones for none', () => {
  assert.equal(displayWidth('abc'), 3);
  assert.equal(displayWidth('日本'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(fitText('日本語', 5), '日本…');
  assert.equal(fitText('abc', 3), 'abc');
});
