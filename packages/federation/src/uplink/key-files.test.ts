import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, systemEntropy } from '@moorline/kernel';
import { createKeyFiles } from './key-files.ts';

async function newKeys() {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-keys-'));
  const keys = createKeyFiles({ folder, clock: systemClock, entropy: systemEntropy });
  return { folder, keys, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test('a key that no certificate uses yet is taken up again after a kill', async () => {
  await using made = await newKeys();
  const first = await made.keys.unused(null);
  assert.deepEqual(await made.keys.unused(null), first);
  assert.notEqual((await made.keys.unused(first.name)).name, first.name);
});

test('keys are private files, and only the one in use is kept', async () => {
  await using made = await newKeys();
  const first = await made.keys.unused(null);
  const second = await made.keys.unused(first.name);
  await writeFile(join(made.folder, 'note.txt'), 'not ours');
  assert.equal((await stat(join(made.folder, first.name))).mode & 0o777, 0o600);
  await made.keys.keepOnly(second.name);
  assert.deepEqual((await readdir(made.folder)).sort(), [second.name, 'note.txt'].sort());
  assert.deepEqual(await made.keys.read(second.name), second);
});
