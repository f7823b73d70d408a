import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { readHouse } from './house.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('every direct dependency is in docs/dependencies.md with its reason, and no other is', () => {
  const house = readHouse(root);
  const manifests = [house.rootManifest, ...house.packages.map(({ manifest }) => manifest)];
  const used = manifests
    .flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
      Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }),
    )
    .filter((name) => !name.startsWith('@moorline/'));
  const rows = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8').match(/^\| `[^|]*/gm);
  const listed = (rows ?? []).flatMap((row) =>
    [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(used)].sort());
});

test('the lockfile names packages and hashes, and no host to fetch them from', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  assert.deepEqual(lock.match(/"resolved": "[a-z+]+:\/\/[^"]*"/g) ?? [], []);
});
