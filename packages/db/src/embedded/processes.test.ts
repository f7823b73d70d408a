import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { isAlive } from './processes.ts';

test('a process that runs is alive, and one that is gone is not', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  assert.ok(child.pid !== undefined && isAlive(child.pid));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(!isAlive(child.pid));
});

// What a killed host leaves behind becomes a child of process 1, and in a container that may never ask about it.
test('a process that has ended is not alive, though its parent has not asked about it', {
  skip: process.platform === 'linux' ? false : 'there is no /proc',
}, async () => {
  // The shell becomes a program that knows nothing of the child it has, and which ends after that only.
  const parent = spawn('sh', ['-c', 'read -r go <&3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  try {
    const [line] = await once((parent.stdout as Readable).setEncoding('utf8'), 'data');
    const pid = Number.parseInt(String(line), 10);
    const isSleep = (): boolean =>
      readFileSync(`/proc/${parent.pid}/comm`, 'utf8').startsWith('sleep');
    while (!isSleep()) await new Promise((resolve) => setImmediate(resolve));
    (parent.stdio[3] as Writable).end('go\n');
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
      await new Promise((resolve) => setImmediate(resolve));
    process.kill(pid, 0);
    assert.ok(!isAlive(pid));
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
});
