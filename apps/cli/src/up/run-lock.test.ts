import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { systemClock } from '@moorline/kernel';
import { lockRun, type RunLock } from './run-lock.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-lock-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const lock = (folder: string, onWait = (): void => {}): Promise<RunLock> =>
  lockRun(folder, { clock: systemClock, signal: new AbortController().signal, onWait });

/** Another process that holds the lock of `folder` until it is killed. */
async function holder(folder: string, stopping: boolean): Promise<ChildProcess> {
  const script = `
    import { lockRun } from ${JSON.stringify(new URL('./run-lock.ts', import.meta.url).href)};
    import { systemClock } from '@moorline/kernel';
    const held = await lockRun(${JSON.stringify(folder)}, { clock: systemClock, signal: new AbortController().signal, onWait() {} });
    if (${stopping}) held.noteStopping();
    console.log('locked');
    setInterval(() => held, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a folder that another run has is refused with its process, until that run is killed', async () => {
  const folder = join(scratch, 'one');
  const other = await holder(folder, false);
  await assert.rejects(lock(folder), (error) => {
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, 'cli.already_running');
    assert.match(error.message, new RegExp(`process ${other.pid}\\)`));
    return true;
  });
  other.kill('SIGKILL');
  await once(other, 'exit');
  using taken = await lock(folder);
  assert.ok(taken);
});

test('a run that is stopping is waited for', async () => {
  const folder = join(scratch, 'two');
  const other = await holder(folder, true);
  const waits = Promise.withResolvers<void>();
  const next = lock(folder, waits.resolve);
  await waits.promise;
  other.kill('SIGKILL');
  using taken = await next;
  assert.ok(taken);
});

test('processes that a killed run left behind are waited for', async () => {
  const folder = join(scratch, 'three');
  (await lock(folder))[Symbol.dispose]();
  const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    stdio: 'ignore',
  });
  const note = { pid: 1, stopping: false, children: { site: orphan.pid } };
  writeFileSync(join(folder, 'up.json'), JSON.stringify(note));
  const waits = Promise.withResolvers<void>();
  const next = lock(folder, waits.resolve);
  await waits.promise;
  orphan.kill('SIGKILL');
  using taken = await next;
  assert.ok(taken);
});

test('the note names the children, and goes with the lock', async () => {
  const folder = join(scratch, 'four');
  const held = await lock(folder);
  held.noteChild('tenant', 12);
  held.noteChild('site', 13);
  held.noteChild('tenant', undefined);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'up.json'), 'utf8')), {
    pid: process.pid,
    stopping: false,
    children: { site: 13 },
  });
  held[Symbol.dispose]();
  assert.equal(existsSync(join(folder, 'up.json')), false);
});

test('a folder that cannot be made is told with what to do', async () => {
  const file = join(scratch, 'file');
  writeFileSync(file, '');
  await assert.rejects(lock(join(file, 'data')), {
    code: 'cli.folder_unwritable',
    message: /cannot be written \(ENOTDIR\).*--data DIR/,
  });
});
