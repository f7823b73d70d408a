import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');

interface Claim {
  readonly line: string;
  readonly file: string;
  /** Part of a test's name; else one named after the line is meant. */
  readonly name: string | undefined;
}

function claimsOf(page: string): readonly Claim[] {
  return page.split('\n').flatMap((row) => {
    const line = /^\| (\d+(?:–\d+)?) \|/.exec(row)?.[1];
    if (line === undefined) return [];
    const found = [...row.matchAll(/`([\w/.-]+\.test\.ts)`(?: "([^"]+)")?/g)];
    if (found.length === 0) assert.match(row, /no surface yet/, `line ${line}`);
    return found.map(([, file = '', name]) => ({ line, file, name }));
  });
}

test('the page of attacks counts every line once and names tests that exist', async () => {
  const page = await readFile(join(ROOT, 'docs/attacks.md'), 'utf8');
  const lines = [...page.matchAll(/^\| (\d+)(?:–(\d+))? \|/gm)].flatMap(([, from, to]) => {
    const [first, last] = [Number(from), Number(to ?? from)];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  assert.deepEqual(
    lines,
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  const claims = claimsOf(page);
  assert.ok(claims.length > 40);
  for (const { line, file, name } of claims) {
    const path = file.startsWith('apps/') ? file : `packages/${file}`;
    const names = (await readFile(join(ROOT, path), 'utf8'))
      .split('\n')
      .filter((text) => /^\s*(test|it|describe)\(/.test(text));
    const wanted = name === undefined ? new RegExp(`\\battack ${line}\\b`) : undefined;
    assert.ok(
      names.some((text) => (name === undefined ? wanted?.test(text) : text.includes(name))),
      `line ${line}: ${file} has no test of ${name ?? `attack ${line}`}`,
    );
  }
});
