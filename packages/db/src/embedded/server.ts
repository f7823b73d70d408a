import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { backoffMs, type Logger, systemClock, systemEntropy } from '@moorline/kernel';
import { prepareBinaries } from './binaries.ts';
import { ensureCluster, type Secrets } from './cluster.ts';
import { findHome, type Home, makeSocketFolder, openHome, socketFolder } from './home.ts';
import { endLeftovers } from './leftover.ts';
import { databaseOsUser, type OsUser } from './os-user.ts';
import { takeOwnership } from './owner-lock.ts';
import {
  type Address,
  type Postmaster,
  type ServerSettings,
  startPostmaster,
} from './postmaster.ts';
import {
  asBootstrap,
  createDatabaseIfMissing,
  DATABASE_NAME,
  ensureRoles,
  OWNER_ROLE,
  SERVING_ROLE,
} from './roles.ts';

/** How to connect, in `pg`'s own terms. */
export interface ConnectionSettings extends Address {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A PostgreSQL of our own, supervised: when it dies, it is started again until it is stopped. */
export interface EmbeddedServer extends AsyncDisposable {
  /** Process id of the running PostgreSQL; undefined while it is down. */
  readonly pid: number | undefined;
  connection(role: 'owner' | 'serving', database?: string): ConnectionSettings;
  /**
   * Makes a database that the owner role owns: empty, or a copy of the files of `template`, to which nobody may be
   * connected. One that exists stays as it is.
   */
  createDatabase(name: string, template?: string): Promise<void>;
  /** Drops it, ending its connections; one that does not exist is no error. */
  dropDatabase(name: string): Promise<void>;
  /** Fast shutdown, waits, and gives the folder up. Idempotent. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** Belongs to PostgreSQL alone; made when missing. */
  readonly folder: string;
  readonly logger: Logger;
  /** PostgreSQL settings on top of ours. */
  readonly settings?: ServerSettings;
  readonly signal?: AbortSignal;
  onProgress?(step: string): void;
}

/**
 * Starts PostgreSQL on `folder`, making the cluster at the first start. What an earlier owner left running is
 * stopped first. Resolves when connections are taken and the roles are there.
 * @throws `db.folder_in_use`, `db.folder_unwritable`, `db.newer_server`, `db.older_server`,
 *   `db.cluster_damaged`, `db.binaries_missing`, `db.os_user_missing`, `db.start_failed`
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { folder, signal, settings } = options;
  const logger = options.logger.child({ part: 'postgres' });
  const progress = (step: string): void => options.onProgress?.(step);
  const user = databaseOsUser();
  const home = await openHome(folder, user, logger);
  const lock = await takeOwnership(home.path, home.folder);
  try {
    const binaries = prepareBinaries(home.path, user);
    await endLeftovers(home.cluster, logger);
    signal?.throwIfAborted();
    progress('database: preparing');
    const secrets = await ensureCluster(home, binaries, user, signal);
    progress('database: starting');
    const address = await chooseAddress(home, user);
    const start = (until?: AbortSignal): Promise<Postmaster> =>
      startPostmaster({ home, binaries, user, address, settings, signal: until });
    const supervised = supervise(await start(signal), { start, home, logger });
    try {
      await ensureRoles(home, address, secrets);
    } catch (error) {
      await supervised.stop();
      throw error;
    }
    const stop = async (): Promise<void> => {
      await supervised.stop();
      lock.release();
    };
    return {
      ...serverAt(address, secrets),
      get pid() {
        return supervised.pid();
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function serverAt(
  address: Address,
  secrets: Secrets,
): Pick<EmbeddedServer, 'connection' | 'createDatabase' | 'dropDatabase'> {
  return {
    connection: (role, database = DATABASE_NAME) => ({
      ...address,
      user: role === 'owner' ? OWNER_ROLE : SERVING_ROLE,
      password: secrets[role],
      database,
    }),
    createDatabase: (name, template) =>
      asBootstrap(address, secrets, (client) => createDatabaseIfMissing(client, name, template)),
    dropDatabase: (name) =>
      asBootstrap(address, secrets, async (client) => {
        await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
      }),
  };
}

interface Supervised {
  pid(): number | undefined;
  stop(): Promise<void>;
}

function supervise(
  first: Postmaster,
  { start, home, logger }: { start(): Promise<Postmaster>; home: Home; logger: Logger },
): Supervised {
  let current: Postmaster | undefined = first;
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    for (let attempt = 0; ; ) {
      await current?.ended;
      if (stopping.signal.aborted) return;
      const lostAt = systemClock.now();
      if (current)
        logger.warn({ pid: current.pid }, 'database ended unexpectedly, starting it again');
      current = undefined;
      try {
        await endLeftovers(home.cluster, logger);
        current = await start();
        logger.info({ pid: current.pid, downMs: systemClock.now() - lostAt }, 'database is back');
        attempt = 0;
      } catch (err) {
        logger.error({ err, attempt }, 'database does not start');
        const pauseMs = backoffMs({ firstMs: 200, maxMs: 30_000 }, attempt++, systemEntropy);
        await systemClock.sleep(pauseMs, { signal: stopping.signal }).catch(() => {});
      }
      if (stopping.signal.aborted) {
        await current?.stop();
        return;
      }
    }
  };
  const watching = watch();
  return {
    pid: () => current?.pid,
    async stop() {
      stopping.abort();
      await current?.stop();
      await watching;
      current = undefined;
      // A postmaster that was killed has children that notice it a little later.
      await endLeftovers(home.cluster, logger);
    },
  };
}

async function chooseAddress(home: Home, user: OsUser | undefined): Promise<Address> {
  if (process.platform !== 'win32') return { host: makeSocketFolder(home, user), port: 5432 };
  // Node cannot connect to a Unix socket on Windows: a free port on loopback, with SCRAM as everywhere.
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const bound = probe.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
    });
  });
  await new Promise((resolve) => probe.close(resolve));
  return { host: '127.0.0.1', port };
}

/**
 * Stops what runs on `folder` without an owner, and removes its database, wherever that was put, and the folder.
 * @throws `db.folder_in_use` when a process owns it
 */
export async function removeCluster(folder: string, logger: Logger): Promise<void> {
  const home = findHome(folder);
  if (!home) return;
  if (existsSync(home.path)) {
    const lock = await takeOwnership(home.path, home.folder);
    try {
      await endLeftovers(home.cluster, logger);
    } finally {
      lock.release();
    }
  }
  for (const path of [socketFolder(home), home.path, home.folder])
    rmSync(path, { recursive: true, force: true });
}
