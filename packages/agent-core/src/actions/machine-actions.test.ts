import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { createScene, type Scene, until } from '../testing/scene.ts';
import { magicPacket, wakeUp } from './wake-up.ts';

/** Folders with programs of the test, and nothing else: no program of this machine is ever run. */
interface Machine extends AsyncDisposable {
  readonly programPath: string;
  readonly bootIdFile: string;
  readonly folder: string;
  program(name: string, script: string): Promise<void>;
  /** The machine starts anew. */
  boot(id: string): Promise<void>;
  ran(name: string): Promise<string>;
}

async function createMachine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-machine-'));
  const programPath = join(folder, 'bin');
  await mkdir(programPath);
  const machine: Machine = {
    folder,
    programPath,
    bootIdFile: join(folder, 'boot-id'),
    program: (name, script) =>
      writeFile(
        join(programPath, name),
        `#!/bin/sh\necho "$*" >> ${join(folder, name)}.ran\n${script}\n`,
        { mode: 0o755 },
      ),
    boot: (id) => writeFile(machine.bootIdFile, `${id}\n`),
    ran: (name) => readFile(`${join(folder, name)}.ran`, 'utf8').catch(() => ''),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  await machine.boot('first');
  return machine;
}

async function resultOf(scene: Scene, id: string) {
  const { authority } = scene;
  const isEnd = ({ id: of, state }: { id: string; state: string }): boolean =>
    of === id && ['succeeded', 'failed', 'cancelled'].includes(state);
  await authority.until(() => authority.reports.some(isEnd));
  const report = authority.reports.find(isEnd);
  assert.ok(report?.result);
  return { ...report.result, state: report.state };
}

async function carriedOut(scene: Scene, kind: string) {
  scene.authority.act({ id: 'a-1', kind });
  scene.authority.nudge({ actions: true });
  return resultOf(scene, 'a-1');
}

test('a device without ClamAV says so, in its inventory and of the action', async () => {
  await using scene = await createScene();
  await scene.runningAgent();
  const told = scene.authority.documents
    .get('ClientAction')
    ?.find((row) => row.Action === 'quickScan');
  assert.equal(told?.Supported, false);
  const result = await carriedOut(scene, 'quickScan');
  assert.equal(result.details.code, 'notSupported');
  assert.equal(result.message, told?.Reason);
  assert.match(result.message, /ClamAV is not installed/);
});

test('a scan by the service falls back to the program, and tells what was found', async () => {
  await using machine = await createMachine();
  await machine.program('clamdscan', 'echo "ERROR: Could not connect to clamd" >&2; exit 2');
  await machine.program(
    'clamscan',
    'echo "/tmp/eicar: Eicar-Signature FOUND"; echo "Scanned files: 12"; echo "Infected files: 1"; exit 1',
  );
  await using scene = await createScene();
  await scene.runningAgent({ programPath: machine.programPath });
  const result = await carriedOut(scene, 'fullScan');
  assert.deepEqual(
    [result.state, result.message],
    ['succeeded', 'Full scan by ClamAV: 1 infected file was found.'],
  );
  assert.deepEqual(
    [result.details.scannedFiles, result.details.infected1],
    [12, '/tmp/eicar (Eicar-Signature)'],
  );
  assert.match(await machine.ran('clamscan'), / \/\n$/);
});

test('a scan that is cancelled while it runs ends with its program', async () => {
  await using machine = await createMachine();
  const pidFile = join(machine.folder, 'pid');
  await machine.program('clamscan', `echo $$ > ${pidFile}; exec /bin/sleep 600`);
  await using scene = await createScene();
  await scene.runningAgent({ programPath: machine.programPath });
  scene.authority.act({ id: 'a-1', kind: 'quickScan' });
  scene.authority.nudge({ actions: true });
  await scene.authority.until(() => scene.authority.reports.some((one) => one.state === 'running'));
  let pid = 0;
  while (pid === 0) pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
  scene.authority.cancel('a-1');
  scene.authority.nudge({ actions: true });
  assert.equal((await resultOf(scene, 'a-1')).state, 'cancelled');
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('signatures are updated by freshclam, whose error is told', async () => {
  await using machine = await createMachine();
  await machine.program('freshclam', 'echo "daily.cvd database is up-to-date (version: 27400)"');
  await using scene = await createScene();
  await scene.runningAgent({ programPath: machine.programPath });
  const result = await carriedOut(scene, 'windowsDefenderUpdateSignatures');
  assert.equal(result.message, 'The signatures are up to date.');
  await machine.program('freshclam', 'echo "ERROR: locked" >&2; exit 62');
  scene.authority.act({ id: 'a-2', kind: 'windowsDefenderUpdateSignatures' });
  scene.authority.nudge({ actions: true });
  assert.match((await resultOf(scene, 'a-2')).message, /code 62: ERROR: locked/);
});

test('a restart is answered after the machine has started anew', async () => {
  await using machine = await createMachine();
  await machine.program('shutdown', '');
  await using scene = await createScene();
  const options = { programPath: machine.programPath, bootIdFile: machine.bootIdFile };
  scene.authority.desire('client-settings', SETTINGS);
  const agent = await scene.runningAgent(options);
  scene.authority.act({ id: 'a-1', kind: 'restart' });
  scene.authority.nudge({ actions: true });
  while ((await machine.ran('shutdown')) === '') await scene.authority.ping();
  assert.equal(await machine.ran('shutdown'), '-r now\n');
  await agent[Symbol.asyncDispose]();
  await machine.boot('second');
  await scene.agent(options).start(new AbortController().signal);
  const result = await resultOf(scene, 'a-1');
  assert.equal(result.state, 'succeeded');
  assert.match(result.message, /^The device has restarted/);
  assert.equal(await machine.ran('shutdown'), '-r now\n');
});

test('an agent that stops between the command and the restart does not give the command again', async () => {
  await using machine = await createMachine();
  await machine.program('shutdown', '');
  await using scene = await createScene();
  const options = { programPath: machine.programPath, bootIdFile: machine.bootIdFile };
  scene.authority.desire('client-settings', SETTINGS);
  const agent = await scene.runningAgent(options);
  scene.authority.act({ id: 'a-1', kind: 'restart' });
  scene.authority.nudge({ actions: true });
  while ((await machine.ran('shutdown')) === '') await scene.authority.ping();
  await agent[Symbol.asyncDispose]();
  const again = scene.agent(options);
  await again.start(new AbortController().signal);
  scene.authority.act({ id: 'a-2', kind: 'collectInventory' });
  await until(() => again.status().connection.state === 'connected');
  scene.authority.nudge({ actions: true });
  await resultOf(scene, 'a-2');
  assert.equal(await machine.ran('shutdown'), '-r now\n');
});

test('a restart that counts down can be postponed as far as is allowed, and cancelled', async () => {
  await using machine = await createMachine();
  await machine.program('shutdown', '');
  await using scene = await createScene();
  const { authority } = scene;
  authority.desire('client-settings', {
    ...SETTINGS,
    restartCountdownMinutes: 30,
    restartPostponeMinutes: 60,
  });
  const agent = await scene.runningAgent({
    programPath: machine.programPath,
    bootIdFile: machine.bootIdFile,
  });
  await assert.rejects(agent.postponeRestart(5), { code: 'agent.no_restart_pending' });
  authority.act({ id: 'a-1', kind: 'restart' });
  authority.nudge({ actions: true });
  await until(() => agent.status().restart !== null);
  const first = Date.parse(agent.status().restart?.at ?? '');
  const { at } = await agent.postponeRestart(45);
  assert.equal(Date.parse(at) - first, 45 * 60_000);
  await assert.rejects(agent.postponeRestart(20), { code: 'agent.restart_not_postponable' });
  await assert.rejects(agent.postponeRestart(-50), { code: 'agent.restart_not_postponable' });
  // Others do not wait for it.
  authority.act({ id: 'a-2', kind: 'collectInventory' });
  authority.nudge({ actions: true });
  await resultOf(scene, 'a-2');
  authority.cancel('a-1');
  authority.nudge({ actions: true });
  assert.equal((await resultOf(scene, 'a-1')).state, 'cancelled');
  assert.equal(agent.status().restart, null);
  assert.equal(await machine.ran('shutdown'), '');
});

test('a wake-up packet goes out on an own subnet, and on no other', async () => {
  const heard = createSocket('udp4');
  heard.bind(0);
  await once(heard, 'listening');
  try {
    const { port } = heard.address() as AddressInfo;
    const handler = wakeUp({ port });
    const { signal } = new AbortController();
    const action = { id: 'a', kind: 'wakeUpClient', expiresAt: '' };
    const parameters = { macAddresses: '02:00:00:00:00:01', broadcastAddress: '127.255.255.255' };
    const packet = once(heard, 'message');
    const sent = await handler.run({ ...action, parameters }, { signal });
    assert.equal(sent.errorCode, 0);
    assert.deepEqual((await packet)[0], magicPacket('02:00:00:00:00:01'));
    const elsewhere = { ...parameters, broadcastAddress: '198.51.100.255' };
    const refused = await handler.run({ ...action, parameters: elsewhere }, { signal });
    assert.match(refused.message, /not on the subnet/);
    const bad = { ...parameters, macAddresses: '$(reboot)' };
    assert.notEqual((await handler.run({ ...action, parameters: bad }, { signal })).errorCode, 0);
  } finally {
    heard.close();
  }
});

test('attack 30: diagnostics arrive whole, with logs and inventory and without keys or tokens', async () => {
  await using machine = await createMachine();
  const logs = join(machine.folder, 'logs');
  await mkdir(logs);
  await writeFile(join(logs, 'agent.log'), 'started\n');
  await writeFile(join(logs, 'secret.txt'), 'not a log\n');
  await using scene = await createScene();
  await scene.runningAgent({ logFolders: [logs] });
  let cuts = 1;
  scene.authority.intercept = ({ path }) =>
    path.endsWith('/files') && cuts-- > 0 ? { status: 503, body: { detail: 'Busy.' } } : undefined;
  const result = await carriedOut(scene, 'collectDiagnostics');
  assert.equal(result.errorCode, 0, result.message);
  const archive = scene.authority.files.get('a-1');
  assert.equal(archive?.length, result.details.sizeBytes);
  const files = unzip(archive ?? Buffer.alloc(0));
  assert.equal(files.get('logs/agent.log'), 'started\n');
  assert.ok(files.has('client/status.json') && files.has('inventory/Bios.json'));
  const text = [...files].flat().join('\n');
  for (const secret of ['PRIVATE KEY', 'BEGIN CERTIFICATE', 'a secret of the test', 'not a log']) {
    assert.ok(!text.includes(secret), secret);
  }
});

const SETTINGS = {
  policyPollMinutes: 60,
  inventoryMinutes: 60,
  disabledClasses: [],
  restartCountdownMinutes: 0,
};

/** Reads an archive by its directory. @spec PKWARE APPNOTE 6.3.10 §4.3 */
function unzip(archive: Buffer): ReadonlyMap<string, string> {
  const end = archive.length - 22;
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50);
    const packed = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + nameLength;
    files.set(name, inflateRawSync(archive.subarray(start, start + packed)).toString('utf8'));
    at += 46 + nameLength;
  }
  return files;
}
