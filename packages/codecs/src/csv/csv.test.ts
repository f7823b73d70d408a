import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { renderCsv } from './csv.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what csv leaves out
const LEFT_OUT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Fields of a CSV text. @spec RFC 4180 §2 */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /"((?:[^"]|"")*)"|([^,\r\n]*)/y;
  let at = 0;
  for (;;) {
    field.lastIndex = at;
    const match = field.exec(text);
    rows.at(-1)?.push(match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? '');
    at = field.lastIndex;
    if (text.startsWith('\r\n', at)) {
      at += 2;
      if (at >= text.length) return rows;
      rows.push([]);
    } else {
      assert.equal(text[at], ',', `at ${at} of ${JSON.stringify(text)}`);
      at += 1;
    }
  }
}

test('lines end with CR LF, and quotes, commas and breaks are quoted', () => {
  const rows = [
    { a: 'x,y', b: 'say "hi"', c: 'l1\nl2' },
    { a: null, b: true, c: -5 },
  ];
  assert.equal(
    renderCsv(['a', 'b', 'c'], rows),
    'a,b,c\r\n"x,y","say ""hi""","l1\nl2"\r\n,true,-5\r\n',
  );
});

test('text that a spreadsheet would run as a formula is made inert', () => {
  for (const text of ['=1+1', '+1', '-1', '@sum', '\t=1', '\r=1', ' =1', '\uff1dcmd']) {
    const [, [value = ''] = []] = parseCsv(renderCsv(['a'], [{ a: text }]));
    assert.ok(value.startsWith("'"), JSON.stringify(value));
  }
});

test('any text comes back from the csv, but for controls and the quote that makes it inert', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (texts) => {
      const rows = texts.map((a) => ({ a, b: 1 }));
      const back = parseCsv(renderCsv(['a', 'b'], rows)).slice(1);
      assert.equal(back.length, texts.length);
      for (const [index, [value = '']] of back.entries()) {
        const plain = texts[index]?.toWellFormed().replace(LEFT_OUT, '');
        assert.ok(value === plain || value === `'${plain}`, JSON.stringify([value, plain]));
      }
    }),
  );
});
