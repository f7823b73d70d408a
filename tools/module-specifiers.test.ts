import assert from 'node:assert/strict';
import test from 'node:test';
import { moduleSpecifiers } from './module-specifiers.ts';

const named = (source: string): string[] =>
  moduleSpecifiers(source).map(({ specifier, line }) => `${line} ${specifier}`);

test('every form of import and re-export is found, with its line', () => {
  const source = [
    "import a, { type B, c as d } from 'one';",
    "import type { E } from 'two';",
    "import * as f from 'three';",
    "import 'four';",
    "export { g } from 'five';",
    "export type { H } from 'six';",
    "export * as i from 'seven';",
    "const j = await import('eight');",
    "type K = import('nine').L;",
    'const m = import(`ten`);',
    "import n = require('eleven');",
    'import {',
    '  o,',
    "} from 'twelve';",
  ].join('\n');
  assert.deepEqual(named(source), [
    '1 one',
    '2 two',
    '3 three',
    '4 four',
    '5 five',
    '6 six',
    '7 seven',
    '8 eight',
    '9 nine',
    '10 ten',
    '11 eleven',
    '14 twelve',
  ]);
});

test('comments, strings, templates, regular expressions and properties are not imports', () => {
  const source = [
    "// import 'a';",
    "/* export * from 'b'; */",
    'const c = "import \'d\'";',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text, not a template of this file
    "const e = `import 'f' ${g({ h: `}` })} export * from 'i'`;",
    "const j = /import 'k'/.test(\"'\") ? /[/']/ : 1 / 2;",
    "loader.import('l');",
    "export const from = 'm';",
    'export { n };',
    "const o = '//'; import 'p';",
  ].join('\n');
  assert.deepEqual(named(source), ['9 p']);
});

test('an apostrophe in the text of an element does not hide the imports after it', () => {
  const source = "const a = <p>Don't</p>;\nconst b = import('c');";
  assert.deepEqual(named(source), ['2 c']);
});

test('an expression inside a template is code', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text, not a template of this file
  assert.deepEqual(named("const a = `x ${await import('b')} y`;"), ['1 b']);
});

test('a module whose file is looked up by its literal name counts', () => {
  assert.deepEqual(named("const file = require.resolve('a/package.json');\nrequire.other('b');"), [
    '1 a/package.json',
  ]);
});
