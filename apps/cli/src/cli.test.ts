import assert from 'node:assert/strict';
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { freePortTriple } from '@moorline/testkit';
import { programFile } from '@moorline/testkit/programs';

const MAIN = programFile('cli');
const scratch = mkdtempSync(join(tmpdir(), 'moorline-cli-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line, in an empty folder. */
async function moorline(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: scratch,
    env: {
      ...process.env,
      MOORLINE_DATA: undefined,
      MOORLINE_CONTEXT: undefined,
      NODE_OPTIONS: undefined,
    },
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

async function refused(
  args: readonly string[],
  code: number,
  ...says: readonly RegExp[]
): Promise<void> {
  const outcome = await moorline(args);
  assert.equal(outcome.code, code, outcome.stderr);
  assert.equal(outcome.stdout, '');
  for (const pattern of says) assert.match(outcome.stderr, pattern);
}

test('a misspelt command, subcommand or option is answered with the nearest, exit code 2', async () => {
  await Promise.all([
    refused(['devics'], 2, /Did you mean devices\?/),
    refused(['devices', 'lst'], 2, /Did you mean list\?/),
    refused(['devices', 'list', '--fitler', 'x'], 2, /Did you mean --filter\?/),
    refused(['token', 'create', '--nam', 'ci'], 2, /Did you mean --name\?/),
  ]);
});

test('a misspelt column, action, class, role or format is answered before anything is asked', async () => {
  await Promise.all([
    refused(['devices', 'list', '--columns', 'devicName'], 2, /Did you mean deviceName\?/),
    refused(['devices', 'list', '--order-by', 'osVerson desc'], 2, /Did you mean osVersion\?/),
    refused(
      ['devices', 'action', 'pc', 'refreshMachinPolicy'],
      2,
      /Did you mean refreshMachinePolicy\?/,
    ),
    refused(['devices', 'action', 'quickScan'], 2, /Say of which devices/),
    refused(['devices', 'action', 'pc', 'restart', '--filter', 'x'], 2, /not both/),
    refused(['devices', 'inventory', 'pc', 'Procesor'], 2, /Did you mean Processor\?/),
    refused(['devices', 'inventory', 'pc', '--refresh'], 2, /Name the class/),
    refused(['devices', 'inventory', 'pc', 'OS', '--at', 'x', '--refresh'], 2, /Give either --at/),
    refused(['devices', 'inventory', 'pc', 'OS', '--diff', '1', '2', '3'], 2, /one day, or two/),
    refused(
      ['token', 'create', '--name', 'x', '--role', 'Helpdesk'],
      2,
      /Did you mean Help desk\?/,
    ),
    refused(['devices', 'list', '-o', 'xml'], 2, /table, json, csv/),
  ]);
});

test('a context that is not known is answered with the nearest, and with what to do when there is none', async () => {
  const folder = join(scratch, 'with-contexts');
  mkdirSync(folder);
  const context = { url: 'https://127.0.0.1:1', token: 't', caPem: 'x', kind: 'tenant' };
  const contexts = { tenant: context, site: context };
  writeFileSync(join(folder, 'contexts.json'), JSON.stringify({ contexts }));
  await Promise.all([
    refused(['devices', 'list'], 2, /npm start/),
    refused(
      ['devices', 'list', '--data', folder, '--context', 'tennant'],
      2,
      /Did you mean tenant\?/,
    ),
    refused(['devices', 'list', '--data', folder], 2, /--context: tenant, site/),
  ]);
});

test('secrets of contexts are not listed', async () => {
  const folder = join(scratch, 'secret');
  mkdirSync(folder);
  const context = { url: 'https://127.0.0.1:1', token: 'very-secret', caPem: 'x', kind: 'site' };
  writeFileSync(join(folder, 'contexts.json'), JSON.stringify({ contexts: { hq: context } }));
  const { code, stdout } = await moorline(['context', 'list', '--data', folder, '-o', 'json']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [
    { name: 'hq', kind: 'site', url: 'https://127.0.0.1:1', current: false },
  ]);
});

test('help is everywhere, with examples, exit code 0', async () => {
  const commands = [
    ['up'],
    ['devices', 'list'],
    ['devices', 'action'],
    ['attach'],
    ['trust'],
    ['simulate'],
    ['tenant', 'run'],
  ];
  await Promise.all(
    commands.map(async (command) => {
      const { code, stdout } = await moorline([...command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Usage: moorline ${command.join(' ')}`));
      assert.match(stdout, /Examples:\n {2}\$ moorline /);
    }),
  );
});

test('up refuses a busy port in one line, with the option and the holder, before it starts anything', async () => {
  const [tenantPort, port] = [await freePortTriple(), await freePortTriple()];
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const args = ['up', '--data', join(scratch, 'busy'), '--site-port', String(port)];
  const { code, stderr, stdout } = await moorline([...args, '--tenant-port', String(tenantPort)]);
  server.close();
  assert.equal(code, 1, stdout + stderr);
  assert.match(stderr, new RegExp(`^Port ${port} on 127.0.0.1 is in use.*--site-port N.*\\n$`));
});

test('up refuses overlapping ports, ports out of range, and a folder that cannot be', async () => {
  writeFileSync(join(scratch, 'file'), '');
  await Promise.all([
    refused(['up', '--tenant-port', '9441'], 2, /overlap/),
    refused(['up', '--site-port', '70000'], 2, /2 to 65534/),
    refused(
      ['up', '--data', join(scratch, 'file', 'x')],
      1,
      /^The data folder .*cannot be written \(ENOTDIR\).*\n$/,
    ),
  ]);
});

test('simulate refuses wrong words before it starts anything', async () => {
  const folder = join(scratch, 'simulate');
  mkdirSync(folder);
  const context = { url: 'https://127.0.0.1:19443', token: 't', caPem: 'x', kind: 'site' };
  writeFileSync(
    join(folder, 'contexts.json'),
    JSON.stringify({ contexts: { site: context }, current: 'site' }),
  );
  const profile = join(folder, 'company.json');
  writeFileSync(profile, JSON.stringify({ hours: { presense: 'always' } }));
  const some = ['simulate', '--devices', '3'];
  const here = ['--data', folder];
  await Promise.all([
    refused(['simulate', ...here], 2, /--devices is missing/),
    refused(['simulate', '--devices', '0', ...here], 2, /1 to 200000/),
    refused([...some, '--devises', '3'], 2, /Did you mean --devices\?/),
    refused([...some, '--token', 'mlj1.x'], 2, /begins with mle1\./),
    refused([...some, '--context', 'sit', ...here], 2, /Did you mean site\?/),
    refused(
      [...some, '--site', 'https://127.0.0.1:19444', ...here],
      2,
      /No context is at/,
      /19443/,
    ),
    refused([...some, ...here, '--profile', 'organisation'], 1, /did you mean organization\?/),
    refused([...some, ...here, '--profile', profile], 1, /Did you mean presence\?/),
    refused(['simulate', ...here, '--devices', '40000'], 2, /--processes 3/),
    refused([...some, ...here, '-o', 'csv'], 2, /-o table or json/),
    refused(['up', '--simulate', '19001'], 2, /1 to 19000/),
  ]);
});

test('agent status asks the agent of the data folder', async () => {
  const folder = mkdtempSync(join(scratch, 's-'));
  await refused(['agent', 'status', '--data', folder], 1, /No agent runs in/);
  mkdirSync(join(folder, 'agent'));
  const status = { deviceName: 'pc\u001b[2J', connection: { state: 'connected' } };
  const server = createServer((socket) => socket.end(JSON.stringify(status)));
  server.listen(join(folder, 'agent', 'agent.sock'));
  await once(server, 'listening');
  try {
    const table = await moorline(['agent', 'status', '--data', folder]);
    assert.match(table.stdout, /^device name +pc\nconnection\.state +connected\n$/);
    const json = await moorline(['agent', 'status', '--data', folder, '-o', 'json']);
    assert.deepEqual(JSON.parse(json.stdout), status);
  } finally {
    server.close();
  }
});
