import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, totalmem, uptime } from 'node:os';
import { test } from 'node:test';
import {
  canonicalRows,
  checkRow,
  type InventoryRow,
  inventoryClass,
  rowKey,
} from '@moorline/model';
import { createLinuxProvider } from './provider.ts';

const provider = createLinuxProvider();
const DPKG_STATUS = '/var/lib/dpkg/status';
const skip = process.platform === 'linux' ? false : 'reads a Linux system';

function declaredClass(name: string) {
  const found = inventoryClass(name);
  assert.ok(found, name);
  return found;
}

async function only(className: string): Promise<InventoryRow> {
  const rows = await provider.collect(className);
  assert.equal(rows.length, 1, className);
  const [row] = rows;
  assert.ok(row);
  return row;
}

test('every row of every class on this machine passes the check, each key once', {
  skip,
}, async () => {
  for (const name of provider.classes) {
    const declared = declaredClass(name);
    const rows = await provider.collect(name);
    for (const row of rows) assert.equal(checkRow(declared, row), undefined, JSON.stringify(row));
    assert.equal(new Set(rows.map((row) => rowKey(declared, row))).size, rows.length, name);
    assert.ok(rows.length <= declared.maxRows);
  }
});

test('the device is called what the system calls it', { skip }, async () => {
  assert.equal((await only('Device')).Name, hostname());
});

test('the operating system is what os-release says, started when the uptime says', {
  skip,
}, async () => {
  const os = await only('OS');
  const release = readFileSync('/etc/os-release', 'utf8');
  assert.equal(os.Caption, /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? null);
  const bootMs = Date.parse(String(os.LastBootUpTime));
  assert.ok(Math.abs(Date.now() - uptime() * 1000 - bootMs) < 60_000, String(os.LastBootUpTime));
});

test('the memory is what the runtime sees', { skip }, async () => {
  assert.equal((await only('Memory')).TotalPhysicalMemory, totalmem());
});

test('every installed entry of the dpkg database is a row', {
  skip: existsSync(DPKG_STATUS) ? false : 'no dpkg here',
}, async () => {
  const rows = await provider.collect('InstalledSoftware');
  const installed = readFileSync(DPKG_STATUS, 'utf8').match(/^Status: \w+ \w+ installed$/gm) ?? [];
  assert.equal(rows.filter((row) => row.Source === 'dpkg').length, installed.length);
  const dated = rows.filter((row) => row.InstallDate !== null);
  assert.ok(dated.length > installed.length * 0.9, `${dated.length} of ${installed.length} dated`);
});

test('this very process is listed with its parent, its program and its user', {
  skip,
}, async () => {
  const rows = await provider.collect('Process');
  const own = rows.find((row) => row.ProcessId === process.pid);
  assert.ok(own);
  assert.equal(own.ParentProcessId, process.ppid);
  assert.equal(own.ExecutablePath, process.execPath);
  const startedMs = Date.now() - process.uptime() * 1000;
  assert.ok(Math.abs(Date.parse(String(own.CreationDate)) - startedMs) < 5000);
  assert.ok(Number(own.WorkingSetSize) > 8 * 1024 * 1024);
});

test('root is a user, an administrator and a system account', { skip }, async () => {
  const root = (await provider.collect('User')).find((row) => row.Name === 'root');
  assert.equal(root?.UserId, 0);
  assert.equal(root?.IsAdministrator, true);
  assert.equal(root?.IsSystemAccount, true);
});

test('the loopback interface is not an adapter, and the file system of the root is a disk', {
  skip,
}, async () => {
  const adapters = await provider.collect('NetworkAdapter');
  assert.ok(adapters.every((row) => row.Name !== 'lo'));
  const root = (await provider.collect('LogicalDisk')).find((row) => row.Name === '/');
  assert.ok(Number(root?.Size) > Number(root?.FreeSpace));
});

test('the updates are those that the package manager itself would install', {
  skip: existsSync('/usr/bin/apt-get') ? false : 'no apt here',
}, async () => {
  const rows = await provider.collect('SoftwareUpdate');
  const { stdout } = spawnSync('apt', ['list', '--upgradable'], { encoding: 'utf8' });
  const names = [...stdout.matchAll(/^([^/\s]+)\/\S+ (\S+) /gm)].map(
    ([, name, version]) => `${name} ${version}`,
  );
  const known = new Set(rows.map((row) => `${row.ProductName} ${row.AvailableVersion}`));
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
  );
});

test('a socket that this process listens at is among the connections', { skip }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const rows = await provider.collect('Connection');
  server.close();
  assert.ok(address !== null && typeof address === 'object');
  const own = rows.find((row) => row.LocalPort === address.port && row.State === 'Listen');
  assert.equal(own?.LocalAddress, '127.0.0.1');
  assert.equal(own?.Protocol, 'TCP');
});

test('a full inventory with its hashes costs less than two seconds of processor time', {
  skip,
}, async () => {
  const before = process.cpuUsage();
  for (const name of provider.classes)
    canonicalRows(declaredClass(name), await provider.collect(name));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 2_000_000, `${(user + system) / 1000} ms`);
});

test('what does not change looks the same a second time', { skip }, async () => {
  const still = [
    'Device',
    'OS',
    'ComputerSystem',
    'Bios',
    'Processor',
    'Memory',
    'PhysicalDisk',
    'BaseBoard',
    'Sysctl',
    'Volume',
    'NetworkRoute',
    'PackageRepository',
    'SoftwareUpdate',
    'ScheduledTask',
  ];
  for (const name of still) {
    const declared = declaredClass(name);
    const first = canonicalRows(declared, await provider.collect(name));
    assert.equal(canonicalRows(declared, await provider.collect(name)), first);
  }
});

test('an aborted collection ends with the reason of the signal', { skip }, async () => {
  const reason = new Error('going away');
  await assert.rejects(
    provider.collect('Process', { signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );
});

test('a class that is not collected is refused by name', async () => {
  await assert.rejects(provider.collect('Registry'), { code: 'inventory.class_not_collected' });
});
