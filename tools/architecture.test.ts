import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeViolation, violations } from './architecture.ts';
import { readHouse } from './house.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'moorline-house-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What the law says of a copy of this house after `changes` (path → text added to that file, or a new file). */
function judge(changes: Readonly<Record<string, string>>): readonly string[] {
  const copy = mkdtempSync(join(scratch, 'copy-'));
  for (const path of ['architecture.json', 'package.json', 'packages', 'apps']) {
    cpSync(join(root, path), join(copy, path), {
      recursive: true,
      filter: (source) => !/(^|[\\/])(node_modules|dist)$/.test(relative(root, source)),
    });
  }
  for (const [path, text] of Object.entries(changes)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text, { flag: 'a' });
  }
  // What this house itself is guilty of is the first test's matter.
  const known = new Set(violations(readHouse(root)).map(describeViolation));
  return violations(readHouse(copy))
    .map(describeViolation)
    .filter((line) => !known.has(line));
}

/** The package's manifest in the copy would need parsing to extend; a whole new one is simpler to read. */
function manifestOf(path: string, dependency: string): string {
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return JSON.stringify({
    ...manifest,
    dependencies: { ...manifest.dependencies, [dependency]: '0.1.0' },
  });
}

function only(found: readonly string[], ...expected: readonly RegExp[]): void {
  assert.equal(found.length, expected.length, found.join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
}

test('this house keeps its own law', () => {
  assert.deepEqual(violations(readHouse(root)).map(describeViolation), []);
});

test('an import against the layers is refused, with its file and line', () => {
  only(
    judge({ 'packages/pki/src/bad.ts': "\nimport { x } from '@moorline/admin-client';\n" }),
    /^packages\/pki\/src\/bad\.ts:2: forbidden edge pki \(platform\) → admin-client \(clients\): the layer platform may import only kernel, pure$/,
  );
});

test('a type-only import, a dynamic import and a re-export are edges too', () => {
  const source = [
    "import type { X } from '@moorline/admin-client';",
    "const y = import('@moorline/admin-client');",
    "export * from '@moorline/admin-client';",
  ].join('\n');
  only(
    judge({ 'packages/bus/src/bad.ts': source }),
    /bad\.ts:1: forbidden edge/,
    /bad\.ts:2: forbidden edge/,
    /bad\.ts:3: forbidden edge/,
  );
});

test('an engine package that imports another is refused and told where they meet', () => {
  only(
    judge({ 'packages/gateways/src/bad.ts': "import '@moorline/federation';\n" }),
    /^packages\/gateways\/src\/bad\.ts:1: forbidden edge gateways \(engine\) → federation \(engine\): engine packages meet in @moorline\/model\/ports/,
  );
});

test('a forbidden edge is refused in package.json already', () => {
  const path = 'packages/kernel/package.json';
  const copy = mkdtempSync(join(scratch, 'manifest-'));
  cpSync(join(root, 'architecture.json'), join(copy, 'architecture.json'));
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  for (const name of ['kernel', 'model']) {
    mkdirSync(join(copy, 'packages', name), { recursive: true });
    cpSync(
      join(root, 'packages', name, 'package.json'),
      join(copy, 'packages', name, 'package.json'),
    );
  }
  mkdirSync(join(copy, 'apps'));
  writeFileSync(join(copy, path), manifestOf(path, '@moorline/model'));
  const found = violations(readHouse(copy)).map(describeViolation);
  assert.ok(
    found.some((line) => /^packages\/kernel\/package\.json:1: forbidden edge kernel/.test(line)),
    found.join('\n'),
  );
});

test('a cycle between packages of one layer is refused and drawn', () => {
  const found = judge({
    'packages/model/src/bad.ts': "import { x } from '@moorline/contracts/admin';\n",
  });
  assert.ok(
    found.some((line) =>
      /:\d+: cycle: .*(contracts → model → contracts|model → contracts → model)/.test(line),
    ),
    found.join('\n'),
  );
});

test('a dependency that is not declared is refused, of the house or from outside', () => {
  only(
    judge({
      'packages/bus/src/bad.ts': "import '@moorline/model';\nimport x from 'fastify/lib/x.js';\n",
    }),
    /bad\.ts:1: undeclared dependency: @moorline\/model is not in the dependencies of packages\/bus\/package\.json/,
    /bad\.ts:2: undeclared dependency: fastify is not/,
  );
});

test('a dependency that nothing imports is refused', () => {
  const found = judge({
    'packages/extra/package.json': '{"dependencies": {"@moorline/kernel": "0.1.0", "pg": "8"}}',
    'packages/extra/src/index.ts': "import '@moorline/kernel';\n",
  });
  assert.deepEqual(
    found.filter((line) => line.includes('unused')),
    ['packages/extra/package.json:1: unused dependency: nothing in packages/extra/src imports pg'],
  );
});

test('a development dependency of the root serves tests and nothing else', () => {
  only(
    judge({
      'packages/bus/src/bad.test.ts': "import fc from 'fast-check';\nimport '@moorline/testkit';\n",
      'packages/bus/src/bad.ts': "import fc from 'fast-check';\n",
    }),
    /bus\/src\/bad\.ts:1: undeclared dependency: fast-check/,
  );
});

test('a deep import is refused: by package path, by relative path, and says which doors there are', () => {
  const source = [
    "import '@moorline/contracts/admin/paths.ts';",
    "import '../../model/src/index.ts';",
  ].join('\n');
  only(
    judge({ 'packages/http/src/bad.ts': source }),
    /bad\.ts:1: deep import: .* is no door of @moorline\/contracts \(.*@moorline\/contracts\/admin/,
    /bad\.ts:2: deep import: '\.\.\/\.\.\/model\/src\/index\.ts' leaves packages\/http/,
  );
});

test("Node's modules are refused in a package that must run anywhere, and in the console", () => {
  only(
    judge({
      'packages/codecs/src/bad.ts': "import { join } from 'node:path';\n",
      'apps/console/src/bad.ts': "import { join } from 'node:path';\n",
      'packages/codecs/src/good.test.ts': "import { join } from 'node:path';\n",
    }),
    /codecs\/src\/bad\.ts:1: imports 'node:path', but codecs runs in the environment "any"/,
    /console\/src\/bad\.ts:1: imports 'node:path', but console runs in the environment "browser"/,
  );
});

test('a package that must run anywhere is refused one that runs in Node alone', () => {
  const found = judge({ 'packages/model/src/bad.ts': "import '@moorline/files';\n" });
  assert.ok(
    found.some((line) => /forbidden edge model → files: model runs in .*"any"/.test(line)),
    found.join('\n'),
  );
});

test("Node's modules are named with their prefix", () => {
  only(judge({ 'packages/db/src/bad.ts': "import fs from 'fs';\n" }), /write 'node:fs'/);
});

test('the authority may not say which host it runs in, in code or in comments', () => {
  const source = [
    'const tenant_id = 1;',
    '// asks the Site for it',
    "const fine = 'deliveredToSite';",
    'const website = 1;',
  ].join('\n');
  only(
    judge({ 'packages/authority/src/bad.ts': source }),
    /bad\.ts:1: says "tenant"/,
    /bad\.ts:2: says "Site"/,
  );
});

test('a feature of the authority is entered by its door alone', () => {
  only(
    judge({
      'packages/authority/src/features/one/inner.ts': 'export const x = 1;\n',
      'packages/authority/src/features/one/index.ts': "export { x } from './inner.ts';\n",
      'packages/authority/src/features/two/index.ts':
        "import { x } from '../one/inner.ts';\nimport { x as y } from '../one/index.ts';\n",
      'packages/authority/src/wiring.ts': "import { x } from './features/one/inner.ts';\n",
    }),
    /features\/two\/index\.ts:1: deep import: .* past the door of the feature one; import one\/index\.ts/,
    /authority\/src\/wiring\.ts:1: deep import/,
  );
});

test('a package that architecture.json does not name is refused', () => {
  only(
    judge({ 'packages/attic/package.json': '{ "name": "@moorline/attic" }' }),
    /^architecture\.json:1: does not name the package packages\/attic$/,
  );
});
