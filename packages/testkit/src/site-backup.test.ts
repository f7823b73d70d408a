import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createAdminClient } from '@moorline/admin-client';
import { createAgent } from '@moorline/agent-core';
import { removeCluster } from '@moorline/db';
import {
  backupHost,
  type Host,
  hostMigrations,
  restoreHost,
  startHost,
  VERSION,
} from '@moorline/host';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { SITE_PROFILE } from '@moorline/site';
import { TENANT_PROFILE } from '@moorline/tenant';
import { freePortTriple } from './free-ports.ts';
import { createScriptedProvider } from './scripted-provider.ts';
import { testDatabaseSource } from './with-database.ts';

const PASSPHRASE = 'correct horse battery staple';
const quiet = { clock: systemClock, entropy: systemEntropy, logger: silentLogger };

function siteIn(dataFolder: string, port: number): Promise<Host> {
  const config = {
    dataFolder,
    name: 'HQ1',
    address: '127.0.0.1',
    port,
    consoleFolder: undefined,
    database: { kind: 'embedded', folder: join(dataFolder, 'postgres') },
    logLevel: 'silent',
  } as const;
  return startHost(config, SITE_PROFILE, { ...quiet, version: VERSION });
}

async function clientOf(host: Host) {
  const { token } = await host.apiToken('test');
  return createAdminClient({
    baseUrl: host.ready.consoleUrl,
    authorization: () => `Bearer ${token}`,
  });
}

async function until<T>(check: () => Promise<T | false | undefined>): Promise<T> {
  const limit = systemClock.now() + 30_000;
  for (;;) {
    const found = await check();
    if (found !== false && found !== undefined) return found;
    if (systemClock.now() > limit) throw new Error('it did not come about in time');
    await systemClock.sleep(50);
  }
}

test('a site that moves by backup and restore goes on attached, with its devices, and does nothing twice', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'moorline-move-'));
  await chmod(folder, 0o755);
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [old, moved] = [join(folder, 'old'), join(folder, 'moved')];
  for (const data of [old, moved])
    stack.defer(() => removeCluster(join(data, 'postgres'), silentLogger));
  const tenantDatabase = stack.use(await testDatabaseSource(hostMigrations(TENANT_PROFILE)));
  const tenant = stack.use(
    await startHost(
      {
        dataFolder: join(folder, 'tenant'),
        name: 'Contoso',
        address: '127.0.0.1',
        port: 0,
        consoleFolder: undefined,
        database: tenantDatabase.source,
        logLevel: 'silent',
      },
      TENANT_PROFILE,
      { ...quiet, version: VERSION },
    ),
  );
  const above = await clientOf(tenant);
  const port = await freePortTriple();
  const site = stack.use(await siteIn(old, port));
  const below = await clientOf(site);
  const agent = stack.use(
    createAgent({
      ...quiet,
      folder: join(folder, 'agent'),
      provider: createScriptedProvider({ name: 'pc-1' }),
      clientVersion: VERSION,
      deviceName: 'pc-1',
    }),
  );
  const { token } = await below.enrolmentTokens.create({ displayName: 'pc-1' });
  const { deviceId } = await agent.enrol(token ?? '');
  await agent.start(new AbortController().signal);
  const { token: joinToken } = await above.connectors.createJoinToken({});
  await below.cloudAttach.attach({ joinToken });
  await until(async () => (await above.devices.list()).items.length === 1);
  const actionId = await above.devices.triggerAction(deviceId, 'refreshMachinePolicy');
  const done = await above.actions.wait(actionId);
  assert.equal(done.state, 'succeeded');

  // While it runs.
  const file = join(folder, 'hq1.backup');
  const database = { kind: 'embedded', folder: join(old, 'postgres') } as const;
  const backup = {
    ...quiet,
    dataFolder: old,
    kind: 'site',
    database,
    file,
    passphrase: PASSPHRASE,
    version: VERSION,
  } as const;
  await backupHost(backup);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const bytes = await readFile(file);
  assert.ok(!bytes.includes('PRIVATE KEY') && !bytes.includes('pc-1'));
  await assert.rejects(backupHost(backup), { code: 'host.backup_exists' });

  const restore = {
    file,
    passphrase: PASSPHRASE,
    dataFolder: moved,
    kind: 'site',
    migrations: hostMigrations(SITE_PROFILE),
    statements: SITE_PROFILE.afterRestore ?? [],
    logger: silentLogger,
  } as const;
  await assert.rejects(restoreHost({ ...restore, passphrase: 'another passphrase' }), {
    code: 'host.backup_passphrase',
  });
  const cut = join(folder, 'cut.backup');
  await writeFile(cut, bytes.subarray(0, bytes.length - 100));
  await assert.rejects(restoreHost({ ...restore, file: cut }), { code: 'host.backup_unreadable' });
  await assert.rejects(restoreHost({ ...restore, dataFolder: old }), {
    code: 'host.restore_folder_taken',
  });

  // What happens after the backup is known to the tenant and not to the restored site.
  const [connector] = await above.connectors.list();
  await site[Symbol.asyncDispose]();
  const identity = await restoreHost(restore);
  assert.equal(identity.authorityId, site.identity.authorityId);
  const again = stack.use(await siteIn(moved, port));
  const there = await clientOf(again);
  await until(async () => (await there.cloudAttach.get()).connected);
  await until(async () => (await there.devices.get(deviceId)).online);
  const events = await until(async () => {
    const all = await above.connectors.events(connector?.id ?? '');
    return all.some(({ kind }) => kind === 'changeLogReplaced') && all;
  });
  assert.ok(events.length > 0);
  await until(async () => (await there.cloudAttach.get()).pendingChanges === 0);
  assert.deepEqual(
    (await above.devices.list()).items.map(({ id }) => id),
    [deviceId],
  );
  const after = await above.actions.get(actionId);
  assert.deepEqual(after.hops, done.hops);
  const next = await above.devices.triggerAction(deviceId, 'refreshMachinePolicy');
  assert.equal((await above.actions.wait(next)).state, 'succeeded');
  assert.equal((await there.auditEvents.verify()).isIntact, true);
});
