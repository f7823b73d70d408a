import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeCluster } from '@moorline/db';
import { silentLogger } from '@moorline/kernel';
import { freePortTriple } from '@moorline/testkit';

const MOORLINE = fileURLToPath(new URL('../bin/moorline.mjs', import.meta.url));
const READY_MS = 90_000;

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `moorline up` as a user runs it. */
interface Up {
  readonly output: () => string;
  readonly process: ChildProcess;
  /** Resolves at the line that begins `ready`; rejects with the output when it ends before. */
  ready(): Promise<void>;
  ended(): Promise<Finished>;
}

describe('the trip through the command line', () => {
  let folder: string;
  let data: string;
  let ports: { tenant: number; site: number };
  let up: Up;
  let deviceName = '';
  let deviceId = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moorline-cli-'));
    await chmod(folder, 0o711);
    data = join(folder, 'data');
    ports = { tenant: await freePortTriple(), site: await freePortTriple() };
    up = startUp(data);
    await up.ready();
  });
  after(async () => {
    up.process.kill('SIGTERM');
    await up.ended();
    for (const host of ['tenant', 'site']) {
      await removeCluster(join(data, host, 'postgres'), silentLogger);
    }
    await rm(folder, { recursive: true, force: true });
  });

  function startUp(dataFolder: string, ...more: string[]): Up {
    const args = ['up', '--data', dataFolder];
    const child = spawn(
      process.execPath,
      [
        MOORLINE,
        ...args,
        ...['--tenant-port', String(ports.tenant), '--site-port', String(ports.site)],
        ...more,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder },
    );
    const ended = finished(child);
    let text = '';
    let wake = (): void => {};
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        wake();
      });
    }
    return {
      output: () => text,
      process: child,
      ended: () => ended,
      ready: () =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(
            () => reject(new Error(`not ready in time:\n${text}`)),
            READY_MS,
          );
          wake = () => {
            if (!/^ready/m.test(text)) return;
            clearTimeout(timer);
            resolve();
          };
          void ended.then(() => {
            clearTimeout(timer);
            reject(new Error(`ended before it was ready:\n${text}`));
          });
          wake();
        }),
    };
  }

  function moorline(...args: string[]): Promise<Finished> {
    return finished(
      spawn(process.execPath, [MOORLINE, ...args, '--data', data], {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: folder,
      }),
    );
  }

  async function json<T>(...args: string[]): Promise<T> {
    const { code, out, err } = await moorline(...args, '-o', 'json');
    assert.equal(code, 0, err);
    return JSON.parse(out) as T;
  }

  it('says where the consoles are, gives a link for each, and names the device', async () => {
    const text = up.output();
    for (const port of [ports.tenant - 1, ports.site - 1]) {
      assert.match(text, new RegExp(`http://localhost:${port}/sign-in#mll_`));
    }
    assert.match(text, /^Device: /m);
    assert.equal((await stat(join(data, 'contexts.json'))).mode & 0o777, 0o600);
  });

  it('lists this machine at the tenant and shows it at the site', async () => {
    const devices = await json<{ id: string; deviceName: string; operatingSystem: string }[]>(
      'devices',
      'list',
      '--context',
      'tenant',
    );
    assert.equal(devices.length, 1);
    deviceName = devices[0]?.deviceName ?? '';
    deviceId = devices[0]?.id ?? '';
    const { code, out } = await moorline('devices', 'show', deviceName, '--context', 'site');
    assert.equal(code, 0);
    assert.match(out, new RegExp(deviceId));
  });

  it('syncs machine policy from the tenant, prints the hops as they happen, and exits 0', async () => {
    const { code, out, err } = await moorline(
      ...['devices', 'action', deviceName, 'refreshMachinePolicy', '--context', 'tenant', '--wait'],
    );
    assert.equal(code, 0, err);
    const order = ['requested', 'queued', 'deliveredToSite', 'authorized', 'queuedForDevice'];
    const positions = [...order, 'deliveredToDevice', 'running', 'succeeded'].map((state) =>
      out.search(new RegExp(`\\b${state}\\b`)),
    );
    assert.deepEqual(
      positions,
      [...positions].sort((a, b) => a - b),
      out,
    );
    assert.ok(
      positions.every((position) => position >= 0),
      out,
    );
  });

  it('shows the connector, makes a token, reads software through the relay, verifies the audit log', async () => {
    const connectors = await json<{ status: string; deviceCount: number }[]>(
      ...['connectors', 'list', '--context', 'tenant'],
    );
    assert.deepEqual(
      connectors.map(({ status, deviceCount }) => [status, deviceCount]),
      [['healthy', 1]],
    );
    const token = await moorline('token', 'create', '--context', 'tenant', '--name', 'ci');
    assert.match(token.out, /mlt_/);
    const users = await moorline('devices', 'inventory', deviceName, 'User', '--context', 'tenant');
    assert.match(users.out, /\broot\b/);
    const today = new Date().toISOString().slice(0, 10);
    const ofUsers = ['devices', 'inventory', deviceName, 'User', '--context', 'tenant'];
    const refreshed = await moorline(...ofUsers, '--refresh', '-o', 'csv');
    assert.match(refreshed.out, /^Name,FullName,UserId,/, refreshed.err);
    assert.deepEqual(await json(...ofUsers, '--at', today), await json(...ofUsers));
    const same = await moorline(...ofUsers, '--diff', today);
    assert.match(same.err, /Nothing of User differs/);
    const before = await moorline(...ofUsers, '--at', '2020-01-01');
    assert.match(before.err, /is not one of the last 90 days/);
    const verify = await moorline('audit', 'verify', '--context', 'site');
    assert.equal(verify.code, 0);
  });

  it('changes a client setting at the site and leaves the others', async () => {
    const context = ['--context', 'site'];
    const set = await moorline('client-settings', 'set', '--inventory-minutes', '240', ...context);
    assert.equal(set.code, 0, set.err);
    const settings = await json<Record<string, unknown>>('client-settings', 'show', ...context);
    assert.deepEqual([settings.inventoryMinutes, settings.policyPollMinutes], [240, 60]);
  });

  it('answers wrong words with the nearest right one, and exits 2', async () => {
    for (const [args, hint] of [
      [['devices', 'lst'], /list/],
      [
        ['devices', 'action', deviceName, 'refreshMachinePolcy', '--context', 'tenant'],
        /refreshMachinePolicy/,
      ],
      [['devices', 'list', '--context', 'tennant'], /tenant/],
      [['devices', 'list', '--contxt', 'tenant'], /--context/],
    ] as const) {
      const { code, err } = await moorline(...args);
      assert.equal(code, 2, err);
      assert.match(err, hint);
    }
  });

  it('refuses a second start on the same data folder in one line', async () => {
    const { code, err, out } = await startUp(data).ended();
    assert.equal(code, 1);
    assert.match(err + out, /already|in use|runs/i);
  });

  it('refuses a busy port before it starts anything, naming port and option', async () => {
    const port = await freePortTriple();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const { code, err } = await startUp(
      join(folder, 'busy'),
      ...['--tenant-port', String(port)],
    ).ended();
    other.close();
    assert.equal(code, 1);
    assert.match(err, new RegExp(`${port}.*--tenant-port|--tenant-port.*${port}`));
    await assert.rejects(stat(join(folder, 'busy', 'tenant')));
  });

  it('refuses a data folder that cannot be one, in one line', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const { code, err } = await startUp(join(file, 'data')).ended();
    assert.equal(code, 1);
    assert.match(err, /--data/);
    assert.equal(err.trim().split('\n').length, 1, err);
  });

  it('stops in order on Ctrl-C, and goes on with the same device at the next start', async () => {
    up.process.kill('SIGINT');
    assert.equal((await up.ended()).code, 0);
    up = startUp(data);
    await up.ready();
    const devices = await json<{ id: string }[]>('devices', 'list', '--context', 'tenant');
    assert.deepEqual(
      devices.map(({ id }) => id),
      [deviceId],
    );
  });

  it('recovers from a kill -9 of the supervisor itself', async () => {
    up.process.kill('SIGKILL');
    await up.ended();
    up = startUp(data);
    await up.ready();
    const { code, err } = await moorline(
      ...['devices', 'action', deviceName, 'refreshMachinePolicy', '--context', 'tenant', '--wait'],
    );
    assert.equal(code, 0, err);
  });

  it('refuses the data of a newer version, saying so in one line', async () => {
    up.process.kill('SIGTERM');
    await up.ended();
    const file = join(data, 'tenant', 'host.json');
    const identity = await readFile(file, 'utf8');
    await writeFile(file, identity.replace('"format": 1', '"format": 99'));
    const { code, err, out } = await startUp(data).ended();
    assert.equal(code, 1);
    assert.match(err + out, /newer version/);
    await writeFile(file, identity);
  });
});

async function finished(child: ChildProcess): Promise<Finished> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
