import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProcessWorld, type ProcessWorld } from '@moorline/testkit/processes';
import { programFile } from '@moorline/testkit/programs';

const MAIN = programFile('cli');
const scratch = mkdtempSync(join(tmpdir(), 'moorline-simulate-'));
// Where the command keeps what it removes at the end.
const temporary = join(scratch, 'tmp');
mkdirSync(temporary);
let world: ProcessWorld;

before(async () => {
  world = await createProcessWorld();
  await world.start('site');
});
after(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

interface Simulation {
  readonly code: number | null;
  readonly out: string;
}

/** Runs it until a line of its output matches, presses Ctrl-C, and waits for the end. */
async function simulate(args: readonly string[], pattern: RegExp): Promise<Simulation> {
  const child = spawn(process.execPath, [MAIN, 'simulate', ...args], {
    cwd: scratch,
    env: { ...process.env, TMPDIR: temporary, MOORLINE_DATA: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let isPressed = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (isPressed || !pattern.test(out)) return;
      isPressed = true;
      child.kill('SIGINT');
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

function simulatorsOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return commandOf(pid).includes(folder);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

function commandOf(pid: string): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

test('Ctrl-C stops the devices and leaves no process and no folder behind', async () => {
  const { token } = await world.clients.site.enrolmentTokens.create({ quota: 8 });
  const args = ['--token', token ?? '', '--devices', '8', '--profile', 'lab', '--rate', '50'];
  const { code, out } = await simulate(
    args,
    /8 devices · 8 switched on · 8 connected|"connected":8/,
  );
  assert.equal(code, 0, out);
  assert.match(out, /stopped\. The devices stay known at the site\./);
  assert.deepEqual(readdirSync(temporary), []);
  assert.deepEqual(simulatorsOf(temporary), []);
  assert.equal(await world.clients.site.devices.count(), 8);
});

test('with --data a second run goes on with the same devices, in lines of JSON', async () => {
  const { token } = await world.clients.site.enrolmentTokens.create({ quota: 4 });
  const data = join(scratch, 'kept');
  const args = ['--token', token ?? '', '--devices', '4', '--seed', 'kept', '--profile', 'lab'];
  const kept = [...args, '--data', data, '-o', 'json'];
  const first = await simulate(kept, /"connected":4/);
  assert.equal(first.code, 0, first.out);
  const line: { enrolled: number } = JSON.parse(first.out.trim().split('\n').at(-1) ?? '');
  assert.equal(line.enrolled, 4);
  const before = await world.clients.site.devices.count();
  const second = await simulate(kept, /"connected":4/);
  assert.equal(second.code, 0, second.out);
  assert.equal(await world.clients.site.devices.count(), before);
  assert.ok(existsSync(join(data, 'simulator', 'identities.ndjson')));
});
