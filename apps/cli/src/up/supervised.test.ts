import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { systemClock } from '@moorline/kernel';
import type { RunLock } from './run-lock.ts';
import type { StepPrinter } from './step-printer.ts';
import { createSupervised, type Supervised } from './supervised.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-supervised-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const PROGRAM = join(scratch, 'program.mjs');
writeFileSync(
  PROGRAM,
  `
const mode = process.argv[2];
console.log('hello from the log');
if (mode === 'fail') {
  process.send({ type: 'failed', message: 'The folder is of a newer version.' }, () => process.exit(1));
} else if (mode === 'crash') {
  throw new RangeError('beyond');
} else {
  process.on('SIGTERM', () => { if (mode !== 'stubborn') process.exit(0); });
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ id, method, params }) => {
    if (method === 'die') process.kill(process.pid, 'SIGKILL');
    else if (method === 'no') process.send({ type: 'response', id, error: 'No.' });
    else process.send({ type: 'response', id, result: { method, ...params } });
  });
  process.send({ type: 'progress', step: 'database' });
  process.send({ type: 'ready', info: { pid: process.pid } });
}
`,
);

interface Stage {
  readonly program: Supervised;
  readonly folder: string;
  readonly lines: string[];
  readonly progress: string[];
  /** Resolves when a line that matches has been printed. */
  printed(pattern: RegExp): Promise<void>;
}

function stage(): Stage {
  const folder = mkdtempSync(join(scratch, 'data-'));
  const lines: string[] = [];
  const progress: string[] = [];
  const waiting = new Set<() => void>();
  const printer: StepPrinter = {
    line(text) {
      lines.push(text);
      for (const look of waiting) look();
    },
    progress: (_name, text) => void progress.push(text),
    step: (_name, work) => work,
  };
  const lock: RunLock = { noteChild() {}, noteStopping() {}, [Symbol.dispose]() {} };
  const program = createSupervised('site', {
    folder,
    entryOf: () => PROGRAM,
    lock,
    printer,
    clock: systemClock,
    entropy: { bytes: (count) => new Uint8Array(count), fraction: () => 0 },
  });
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!lines.some((line) => pattern.test(line))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { program, folder, lines, progress, printed };
}

test('a program is started, asked and stopped; its output goes to its log alone', async () => {
  const { program, folder, progress } = stage();
  const info = await program.start(['run']);
  assert.ok(info && typeof info === 'object' && 'pid' in info);
  assert.deepEqual(progress, ['database']);
  assert.deepEqual(await program.request('apiToken', { name: 'x' }), {
    method: 'apiToken',
    name: 'x',
  });
  await assert.rejects(program.request('no'), { code: 'cli.child_failed', message: 'No.' });
  await program.stop(5000);
  const log = join(folder, 'logs', 'site.log');
  assert.equal(readFileSync(log, 'utf8'), 'hello from the log\n');
  assert.equal(statSync(log).mode & 0o777, 0o600);
});

test('a program that cannot start is quoted in its own words', async () => {
  const { program } = stage();
  await assert.rejects(program.start(['fail']), { message: 'The folder is of a newer version.' });
  await program.stop(5000);
});

test('a program that crashes before it could speak is quoted from its log', async () => {
  const { program } = stage();
  await assert.rejects(program.start(['crash']), { message: 'RangeError: beyond' });
  await program.stop(5000);
});

test('a program that dies is started again, and a line says so', async () => {
  const { program, printed } = stage();
  const first = await program.start(['run']);
  await assert.rejects(program.request('die'), { code: 'cli.child_failed' });
  await printed(/^site ended \(signal SIGKILL\); it is started again in \d\.\d s$/);
  await printed(/^site runs again$/);
  const second = await program.request('apiToken');
  assert.ok(first && second);
  await program.stop(5000);
});

test('a program that does not stop when asked is killed when its time is over', async () => {
  const { program, lines } = stage();
  await program.start(['stubborn']);
  await program.stop(50);
  assert.deepEqual(lines, []);
});
