import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockFolder } from './index.ts';

const folder = await mkdtemp(join(tmpdir(), 'moorline-lock-'));
after(() => rm(folder, { recursive: true, force: true }));

/** Another process that takes the lock, says whether it has it, and keeps it. */
async function otherProcess(name: string): Promise<{ has: boolean; kill(): Promise<void> }> {
  const script = `
    import { lockFolder } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    globalThis.lock = await lockFolder(${JSON.stringify(folder)}, ${JSON.stringify(name)});
    console.log(lock ? 'taken' : 'refused');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    has: said.toString().startsWith('taken'),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('a folder is taken once, and again when it is let go', async () => {
  const first = await lockFolder(folder, 'a.lock');
  assert.ok(first);
  assert.equal(await lockFolder(folder, 'a.lock'), undefined);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using second = await lockFolder(folder, 'a.lock');
  assert.ok(second);
});

test('a second try in one process does not open the folder to another process', async () => {
  using held = await lockFolder(folder, 'b.lock');
  assert.ok(held);
  assert.equal(await lockFolder(folder, 'b.lock'), undefined);
  const other = await otherProcess('b.lock');
  await other.kill();
  assert.equal(other.has, false);
});

test('the lock of a killed process is free', async () => {
  const other = await otherProcess('c.lock');
  assert.equal(other.has, true);
  assert.equal(await lockFolder(folder, 'c.lock'), undefined);
  await other.kill();
  using lock = await lockFolder(folder, 'c.lock');
  assert.ok(lock);
});

test('only the own account can read the lock file', async () => {
  using lock = await lockFolder(folder, 'd.lock');
  assert.ok(lock);
  assert.equal((await stat(join(folder, 'd.lock'))).mode & 0o777, 0o600);
});

test('a folder that is not there is the error of the system', async () => {
  await assert.rejects(lockFolder(join(folder, 'none'), 'a.lock'), { code: 'ENOENT' });
});
