import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Logger, silentLogger, systemClock } from '@moorline/kernel';
import pg from 'pg';
import { NOTE_MIGRATIONS, type NoteTables, newAuthority, newFolder } from '../database.fixture.ts';
import { type Database, openDatabase } from '../database.ts';
import { sqlOf } from '../transaction.ts';
import { findHome, type Home } from './home.ts';
import { isAlive, processesOf } from './processes.ts';
import { type EmbeddedServer, removeCluster, startEmbeddedServer } from './server.ts';

const OWNER = fileURLToPath(new URL('owner.fixture.ts', import.meta.url));
const logger = silentLogger;
const folders: string[] = [];

after(async () => {
  for (const folder of folders) {
    await removeCluster(folder, logger);
    rmSync(dirname(folder), { recursive: true, force: true });
  }
});

function folderForTest(): string {
  const folder = newFolder();
  folders.push(folder);
  return folder;
}

let common: string | undefined;

/** A cluster that was made and stopped: the same for every test that leaves it as it was, since making one takes a second. */
async function stoppedCluster(): Promise<{ folder: string; home: Home }> {
  if (common === undefined) {
    common = folderForTest();
    await (await startEmbeddedServer({ folder: common, logger })).stop();
  }
  const home = findHome(common);
  assert.ok(home);
  return { folder: common, home };
}

const open = (folder: string, log: Logger = logger): Promise<Database> =>
  openDatabase({ source: { kind: 'embedded', folder }, migrations: NOTE_MIGRATIONS, logger: log });

async function ownerProcess(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [OWNER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  assert.equal(output.toString().trim(), 'ready');
  return child;
}

async function ask(server: EmbeddedServer, text: string): Promise<unknown> {
  const client = new pg.Client(server.connection('serving', 'postgres'));
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(text);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

/** Tries until the database is there again. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = systemClock.now() + 30_000; ; ) {
    try {
      return await work();
    } catch (error) {
      if (systemClock.now() > deadline) throw error;
      await systemClock.sleep(20);
    }
  }
}

describe('a first start', () => {
  test('makes a cluster that is safe against power cuts, and reachable through its socket alone', async () => {
    const folder = folderForTest();
    const steps: string[] = [];
    const onProgress = (step: string): void => void steps.push(step);
    const server = await startEmbeddedServer({ folder, logger, onProgress });
    const settings = {
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      listen_addresses: '',
      password_encryption: 'scram-sha-256',
      server_encoding: 'UTF8',
    };
    for (const [name, value] of Object.entries(settings))
      assert.equal(await ask(server, `select current_setting('${name}') as answer`), value, name);
    assert.deepEqual(steps, ['database: preparing', 'database: starting']);
    await server.stop();
  });

  test('asks every role for its password', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    const client = new pg.Client({ ...server.connection('owner'), password: 'guessed' });
    await assert.rejects(client.connect(), /password authentication failed/);
    await server.stop();
  });

  test('that was killed while it made the cluster is begun anew', async () => {
    const { folder, home } = await stoppedCluster();
    // The shared cluster becomes a new one here.
    rmSync(home.cluster, { recursive: true });
    mkdirSync(`${home.cluster}.new`);
    writeFileSync(join(`${home.cluster}.new`, 'PG_VERSION'), '18');
    await using db = await open(folder);
    assert.equal(await db.read(newAuthority(), async () => 'answers'), 'answers');
    assert.equal(existsSync(`${home.cluster}.new`), false);
  });

  test('is recovered from a kill at any moment', async () => {
    const folder = folderForTest();
    for (const momentMs of [150, 400, 800, 1100]) {
      const owner = spawn(process.execPath, [OWNER, folder], { stdio: 'ignore' });
      await once(owner, 'spawn');
      await systemClock.sleep(momentMs);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
    }
    await using db = await open(folder);
    assert.equal(await db.read(newAuthority(), async () => 'answers'), 'answers');
    const home = findHome(folder);
    assert.deepEqual(processesOf(`${home?.cluster}.new`, undefined), []);
  });

  test('that was killed while it made the roles is completed', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    await server.dropDatabase('moorline');
    await server.stop();
    const home = findHome(folder);
    assert.ok(home);
    rmSync(home.rolesMarker);
    await using db = await open(folder);
    assert.equal(await db.read(newAuthority(), async () => 'answers'), 'answers');
  });
});

describe('the data', () => {
  test('is there again after an orderly stop', async () => {
    const { folder } = await stoppedCluster();
    const authority = newAuthority();
    {
      await using db = await open(folder);
      const values = { authority_id: authority, id: 1, text: 'kept' };
      await db.transaction(authority, (tx) =>
        sqlOf<NoteTables>(tx).insertInto('note').values(values).execute(),
      );
      assert.equal(db.ownsServer, true);
    }
    const home = findHome(folder);
    assert.deepEqual(processesOf(home?.cluster ?? '', undefined), []);
    await using db = await open(folder);
    const notes = await db.read(authority, (tx) =>
      sqlOf<NoteTables>(tx).selectFrom('note').select('text').execute(),
    );
    assert.deepEqual(notes, [{ text: 'kept' }]);
  });
});

describe('when PostgreSQL is killed', () => {
  test('it is started again, what ran fails as unavailable, and the pool recovers', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    const source = { kind: 'server', server, database: 'moorline' } as const;
    const db = await openDatabase({ source, migrations: NOTE_MIGRATIONS, logger });
    const authority = newAuthority();
    const killed = server.pid;
    assert.ok(killed);
    await db.transaction(authority, (tx) =>
      sqlOf<NoteTables>(tx)
        .insertInto('note')
        .values({ authority_id: authority, id: 1, text: 'committed' })
        .execute(),
    );
    await assert.rejects(
      db.transaction(authority, async (tx) => {
        process.kill(killed, 'SIGKILL');
        for (;;) await sqlOf<NoteTables>(tx).selectFrom('note').selectAll().execute();
      }),
      { code: 'db.unavailable', kind: 'unavailable' },
    );
    const notes = await eventually(() =>
      db.read(authority, (tx) => sqlOf<NoteTables>(tx).selectFrom('note').select('id').execute()),
    );
    assert.deepEqual(notes, [{ id: 1 }]);
    assert.ok(server.pid && server.pid !== killed);
    await db[Symbol.asyncDispose]();
    await server.stop();
  });

  test('a stop while it is down ends without a server', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    const { pid } = server;
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await server.stop();
    assert.deepEqual(processesOf(findHome(folder)?.cluster ?? '', undefined), []);
  });
});

describe('the owner', () => {
  test('that was killed leaves a PostgreSQL behind, which the next one ends and replaces', async () => {
    const { folder } = await stoppedCluster();
    const owner = await ownerProcess(folder);
    const home = findHome(folder);
    assert.ok(home);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const leftover = Number.parseInt(
      readFileSync(join(home.cluster, 'postmaster.pid'), 'utf8'),
      10,
    );
    assert.ok(isAlive(leftover));
    await using db = await open(folder);
    assert.equal(isAlive(leftover), false);
    assert.equal(await db.read(newAuthority(), async () => 'answers'), 'answers');
  });

  test('is the only one: a second start says who it is', async () => {
    const { folder } = await stoppedCluster();
    const owner = await ownerProcess(folder);
    await assert.rejects(open(folder), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'db.folder_in_use');
      assert.match(error.message, new RegExp(`in use by process ${owner.pid} `));
      return true;
    });
    await assert.rejects(removeCluster(folder, logger), { code: 'db.folder_in_use' });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
  });

  test('is the only one in its own process, too', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    await assert.rejects(startEmbeddedServer({ folder, logger }), { code: 'db.folder_in_use' });
    await server.stop();
    await (await startEmbeddedServer({ folder, logger })).stop();
  });
});

describe('a stale postmaster.pid', () => {
  const pidFile = (home: Home): string => join(home.cluster, 'postmaster.pid');
  const stale = (pid: number, home: Home): string =>
    `${pid}\n${home.cluster}\n1700000000\n5432\n/nowhere\n\n\n\n`;

  test('of a process that is gone is no obstacle', async () => {
    const { folder, home } = await stoppedCluster();
    const gone = spawn(process.execPath, ['-e', '0']);
    await once(gone, 'exit');
    writeFileSync(pidFile(home), stale(gone.pid ?? 0, home));
    await (await startEmbeddedServer({ folder, logger })).stop();
  });

  test('whose number another process has now is no obstacle, and that process lives on', async () => {
    const { folder, home } = await stoppedCluster();
    const bystander = spawn('sleep', ['60'], { cwd: home.path });
    await once(bystander, 'spawn');
    writeFileSync(pidFile(home), stale(bystander.pid ?? 0, home));
    await (await startEmbeddedServer({ folder, logger })).stop();
    assert.equal(bystander.exitCode ?? bystander.signalCode, null);
    bystander.kill();
    await once(bystander, 'exit');
  });
});

describe('a folder is refused', () => {
  test('when its cluster is of a newer PostgreSQL', async () => {
    const { folder, home } = await stoppedCluster();
    writeFileSync(join(home.cluster, 'PG_VERSION'), '19\n');
    await assert.rejects(startEmbeddedServer({ folder, logger }), {
      code: 'db.newer_server',
      details: { folder: home.folder, found: 19, shipped: 18 },
    });
    writeFileSync(join(home.cluster, 'PG_VERSION'), '18\n');
  });

  test('when it cannot be written to', async () => {
    const file = join(dirname(folderForTest()), 'file');
    writeFileSync(file, '');
    await assert.rejects(startEmbeddedServer({ folder: join(file, 'below'), logger }), {
      code: 'db.folder_unwritable',
      message: /cannot be written to \(ENOTDIR\)/,
    });
  });

  test('when the passwords are gone', async () => {
    const { folder, home } = await stoppedCluster();
    const secrets = readFileSync(home.secretsFile);
    rmSync(home.secretsFile);
    await assert.rejects(startEmbeddedServer({ folder, logger }), { code: 'db.cluster_damaged' });
    writeFileSync(home.secretsFile, secrets, { mode: 0o600 });
  });

  test('when PostgreSQL will not start on it, with PostgreSQL’s own reason', async () => {
    const { folder } = await stoppedCluster();
    const settings = { shared_buffers: 'much' };
    await assert.rejects(startEmbeddedServer({ folder, logger, settings }), {
      code: 'db.start_failed',
      message: /shared_buffers/,
    });
    await (await startEmbeddedServer({ folder, logger })).stop();
  });

  test('after an abort, and can be started later', async () => {
    const folder = folderForTest();
    const stop = new AbortController();
    const onProgress = (step: string): void => {
      if (step === 'database: preparing')
        setImmediate(() => stop.abort(new Error('changed my mind')));
    };
    await assert.rejects(startEmbeddedServer({ folder, logger, signal: stop.signal, onProgress }));
    await (await startEmbeddedServer({ folder, logger })).stop();
  });
});

describe('places', () => {
  test('a long path is no obstacle to the socket', async () => {
    const folder = join(folderForTest(), 'x'.repeat(100), 'y'.repeat(100));
    folders.unshift(folder);
    mkdirSync(dirname(folder), { recursive: true });
    const server = await startEmbeddedServer({ folder, logger });
    assert.equal(await ask(server, 'select 1 as answer'), 1);
    await server.stop();
  });

  test('one server holds many databases', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    for (const name of ['one', 'the "other"']) {
      await server.createDatabase(name);
      const client = new pg.Client(server.connection('owner', name));
      await client.connect();
      await client.query('create table mine (id int)');
      // Its connection is ended by the drop, with an error that nobody else is there to hear.
      client.on('error', () => {});
      await server.dropDatabase(name);
      await assert.rejects(
        new pg.Client(server.connection('owner', name)).connect(),
        /does not exist/,
      );
    }
    await server.stop();
  });

  test('a database may begin as a copy of another', async () => {
    const { folder } = await stoppedCluster();
    const server = await startEmbeddedServer({ folder, logger });
    const ask = async (name: string, statement: string): Promise<readonly unknown[]> => {
      const client = new pg.Client(server.connection('owner', name));
      await client.connect();
      try {
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    };
    await server.createDatabase('first');
    await ask('first', 'create table mine as select 7 as id');
    await server.createDatabase('second', 'first');
    assert.deepEqual(await ask('second', 'select id from mine'), [{ id: 7 }]);
    await server.stop();
  });

  test('removing a cluster leaves nothing, wherever it was put', async () => {
    const { folder, home } = await stoppedCluster();
    assert.ok(readdirSync(home.path).length > 0);
    await removeCluster(folder, logger);
    assert.deepEqual([existsSync(folder), existsSync(home.path)], [false, false]);
    await removeCluster(folder, logger);
    common = undefined;
  });
});
