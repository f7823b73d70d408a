import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestAuthority, type TestAuthority } from '@moorline/agent-core/testing';
import { programFile } from '@moorline/testkit/programs';
import { CLIENT_VERSION } from './client-version.ts';

const MAIN = programFile('agent');

interface Machine extends AsyncDisposable {
  readonly authority: TestAuthority;
  readonly folder: string;
  start(args: readonly string[], options?: { readonly ipc?: boolean }): AgentProcess;
}

interface AgentProcess {
  readonly child: ChildProcess;
  readonly messages: unknown[];
  output(): { readonly out: string; readonly err: string };
  /** Resolves with the message of that type, rejects when the process ends without. */
  message(type: string): Promise<Record<string, unknown>>;
  exit(): Promise<number | null>;
}

async function createMachine(folderName = 'agent'): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'moorline-app-'));
  const authority = await createTestAuthority({ folder: join(root, 'authority') });
  const children: AgentProcess[] = [];
  return {
    authority,
    folder: join(root, folderName),
    start(args, { ipc = false } = {}) {
      const started = startProcess(args, ipc);
      children.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const { child, exit } of children) {
        child.kill('SIGKILL');
        await exit();
      }
      await authority[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function startProcess(args: readonly string[], ipc: boolean): AgentProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc' as const] : [])],
    env: { ...process.env, MOORLINE_LOG: 'silent' },
  });
  const text = { out: '', err: '' };
  const messages: Record<string, unknown>[] = [];
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    text.err += chunk;
  });
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  // Not 'close': it does not come after a disconnect by this side.
  const ended = Promise.all([
    once(child, 'exit'),
    ...[child.stdout, child.stderr].flatMap((stream) => (stream ? [once(stream, 'end')] : [])),
  ]);
  return {
    child,
    messages,
    output: () => text,
    async message(type) {
      for (;;) {
        const found = messages.find((message) => message.type === type);
        if (found) return found;
        await Promise.race([
          once(child, 'message'),
          ended.then(() => {
            throw new Error(`ended without ${type}: ${text.err}`);
          }),
        ]);
      }
    },
    async exit() {
      await ended;
      return child.exitCode;
    },
  };
}

test('an agent enrols, says that it is ready, shows its status, and stops with its supervisor', async () => {
  await using machine = await createMachine();
  const { authority, folder } = machine;
  const run = ['run', '--data', folder, '--enrol', authority.invitation()];
  const agent = machine.start(run, { ipc: true });
  const { info } = await agent.message('ready');
  assert.equal((info as { deviceId: string }).deviceId, authority.devices[0]);
  assert.equal((info as { authorityName: string }).authorityName, 'Test authority');
  assert.equal((await stat(join(folder, 'agent.sock'))).mode & 0o777, 0o600);
  const asked = machine.start(['status', '--data', folder]);
  assert.equal(await asked.exit(), 0);
  const status = JSON.parse(asked.output().out);
  assert.equal(status.deviceId, authority.devices[0]);
  assert.equal(status.clientVersion, CLIENT_VERSION);
  await authority.until(() => authority.documents.size > 0);
  agent.child.disconnect();
  assert.equal(await agent.exit(), 0);
  assert.ok(!(await readdir(folder)).includes('agent.sock'));
});

test('attack 30: an agent takes its token from a file, which may be gone once it has enrolled', async () => {
  await using machine = await createMachine();
  const { authority, folder } = machine;
  const file = `${folder}-token`;
  await writeFile(file, `${authority.invitation()}\n`, { mode: 0o600 });
  const run = ['run', '--data', folder, '--enrol-file', file];
  for (const _ of ['first', 'again']) {
    const agent = machine.start(run, { ipc: true });
    await agent.message('ready');
    agent.child.kill('SIGTERM');
    assert.equal(await agent.exit(), 0);
    await rm(file, { force: true });
  }
  assert.equal(authority.devices.length, 1);
});

test('an agent that was killed starts again as the same device', async () => {
  await using machine = await createMachine();
  const { authority, folder } = machine;
  const run = ['run', '--data', folder, '--enrol', authority.invitation()];
  const first = machine.start(run, { ipc: true });
  await first.message('ready');
  first.child.kill('SIGKILL');
  await first.exit();
  const second = machine.start(run, { ipc: true });
  await second.message('ready');
  assert.equal(authority.devices.length, 1);
  second.child.kill('SIGTERM');
  assert.equal(await second.exit(), 0);
});

test('a second agent in one folder ends with one clear line', async () => {
  await using machine = await createMachine();
  const { authority, folder } = machine;
  const first = machine.start(['run', '--data', folder, '--enrol', authority.invitation()], {
    ipc: true,
  });
  await first.message('ready');
  const second = machine.start(['run', '--data', folder]);
  assert.equal(await second.exit(), 1);
  assert.match(second.output().err, /^Another agent is running with the folder .*\n$/);
});

test('an agent without an identity or a token says what to do', async () => {
  await using machine = await createMachine();
  const agent = machine.start(['run', '--data', machine.folder], { ipc: true });
  const { message } = await agent.message('failed');
  assert.match(String(message), /--enrol/);
  assert.equal(await agent.exit(), 1);
});

test('a refused token ends the agent with the words of the authority', async () => {
  await using machine = await createMachine();
  const { authority } = machine;
  authority.intercept = () => ({ status: 403, body: { detail: 'The token has been used up.' } });
  const agent = machine.start(['run', '--data', machine.folder, '--enrol', authority.invitation()]);
  assert.equal(await agent.exit(), 1);
  assert.equal(agent.output().err, 'The token has been used up.\n');
});

test('whoever is signed in asks at the socket for users, where nothing else can be asked', async () => {
  await using machine = await createMachine();
  const { authority, folder } = machine;
  const socket = `${folder}.users`;
  const run = ['run', '--data', folder, '--enrol', authority.invitation(), '--user-socket', socket];
  const agent = machine.start(run, { ipc: true });
  await agent.message('ready');
  assert.equal((await stat(socket)).mode & 0o777, 0o666);
  const ask = ['postpone-restart', '--user-socket', socket, '--minutes'];
  const asked = machine.start([...ask, '30']);
  assert.equal(await asked.exit(), 0);
  assert.match(asked.output().out, /^No restart of this computer is counting down/);
  for (const minutes of ['0', '-5', 'x', '1e9999']) {
    assert.equal(await machine.start([...ask, minutes]).exit(), 2);
  }
  agent.child.kill('SIGTERM');
  assert.equal(await agent.exit(), 0);
});

test('a mistyped option is answered with the nearest right one', async () => {
  await using machine = await createMachine();
  const agent = machine.start(['run', '--dta', machine.folder]);
  assert.equal(await agent.exit(), 2);
  assert.match(agent.output().err, /Did you mean --data\?/);
});

test('the status of a folder with no agent is one clear line', async () => {
  await using machine = await createMachine();
  const asked = machine.start(['status', '--data', machine.folder]);
  assert.equal(await asked.exit(), 1);
  assert.match(asked.output().err, /^No agent answers in the folder/);
});

test('a folder whose path is too long for a socket address has a status all the same', async () => {
  await using machine = await createMachine(join('a'.repeat(90), 'b'.repeat(90)));
  const { authority, folder } = machine;
  await mkdir(folder, { recursive: true });
  const agent = machine.start(['run', '--data', folder, '--enrol', authority.invitation()], {
    ipc: true,
  });
  await agent.message('ready');
  const asked = machine.start(['status', '--data', folder]);
  assert.equal(await asked.exit(), 0);
});

test('the version that the agent gives is that of its package', async () => {
  const manifest = JSON.parse(
    await readFile(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
  );
  assert.equal(CLIENT_VERSION, manifest.version);
});
