import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import {
  type Context,
  chooseContext,
  readContexts,
  withContext,
  writeContexts,
} from './contexts.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-contexts-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const CONTEXT: Context = {
  url: 'https://localhost:8443',
  token: 'secret',
  caPem: 'PEM',
  kind: 'tenant',
};

test('contexts are written for their owner alone and read back', async () => {
  const folder = join(scratch, 'new', 'folder');
  await writeContexts(folder, withContext({ contexts: {} }, 'tenant', CONTEXT));
  assert.equal(statSync(join(folder, 'contexts.json')).mode & 0o777, 0o600);
  assert.deepEqual(await readContexts(folder), {
    current: 'tenant',
    contexts: { tenant: CONTEXT },
  });
});

test('a file that others could read is closed to them at the next write', async () => {
  writeFileSync(join(scratch, 'contexts.json'), '{"contexts":{}}', { mode: 0o644 });
  await writeContexts(scratch, { contexts: { tenant: CONTEXT } });
  assert.equal(statSync(join(scratch, 'contexts.json')).mode & 0o777, 0o600);
});

test('no file is no contexts; a damaged one says what to do', async () => {
  assert.deepEqual(await readContexts(join(scratch, 'none')), { contexts: {} });
  const folder = mkdtempSync(join(scratch, 'damaged-'));
  for (const text of ['{', '{"contexts":[]}', '{"contexts":{"a":{"url":"x","token":"t"}}}']) {
    writeFileSync(join(folder, 'contexts.json'), text);
    await assert.rejects(readContexts(folder), { code: 'cli.contexts_unreadable' });
  }
});

test('the context that is meant: the named, else the current, else the only one', () => {
  const contexts = { tenant: CONTEXT, site: { ...CONTEXT, kind: 'site' as const } };
  assert.equal(chooseContext({ contexts }, 'site').name, 'site');
  assert.equal(chooseContext({ contexts, current: 'tenant' }, undefined).name, 'tenant');
  assert.equal(chooseContext({ contexts: { only: CONTEXT } }, undefined).name, 'only');
  assert.throws(() => chooseContext({ contexts }, undefined), /--context: tenant, site/);
});

test('an unknown context is answered with the nearest one, and a name of Object is no context', () => {
  const contexts = { tenant: CONTEXT };
  assert.throws(() => chooseContext({ contexts }, 'tennant'), /Did you mean tenant\?/);
  assert.throws(() => chooseContext({ contexts }, 'constructor'), /no context "constructor"/);
});

test('a name that could confuse is refused', () => {
  for (const name of ['', '../x', 'a b', '-o']) {
    assert.throws(() => withContext({ contexts: {} }, name, CONTEXT), { code: 'cli.usage' });
  }
});
