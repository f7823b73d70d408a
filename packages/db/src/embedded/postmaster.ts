import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@moorline/kernel';
import { dbErrors } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import type { Home } from './home.ts';
import type { OsUser } from './os-user.ts';

export type ServerSettings = Readonly<Record<string, string>>;

/** One run of PostgreSQL: a child of this process. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, a checkpoint is written. Idempotent. */
  stop(): Promise<void>;
}

export interface Address {
  /** The socket's folder, or an IP address. */
  readonly host: string;
  readonly port: number;
}

/** For a machine of two cores that PostgreSQL shares with everything else. fsync and synchronous_commit stay on. */
const SETTINGS: ServerSettings = {
  shared_buffers: '128MB',
  max_connections: '40',
  wal_compression: 'pglz',
  jit: 'off',
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  checkpoint_completion_target: '0.9',
  max_parallel_workers_per_gather: '0',
  random_page_cost: '1.1',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '20s',
  idle_in_transaction_session_timeout: '5min',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  password_encryption: 'scram-sha-256',
};

const LOG_LIMIT_BYTES = 5 * 1024 * 1024;

/**
 * Starts PostgreSQL on a cluster that no process uses, and resolves when it takes connections: after a crash,
 * that is after recovery.
 * @throws `db.start_failed`
 */
export async function startPostmaster(options: {
  home: Home;
  binaries: Binaries;
  user: OsUser | undefined;
  address: Address;
  settings?: ServerSettings | undefined;
  signal?: AbortSignal | undefined;
}): Promise<Postmaster> {
  const { home, binaries, user, address, signal } = options;
  const place: ServerSettings =
    process.platform === 'win32'
      ? { listen_addresses: address.host }
      : {
          listen_addresses: '',
          unix_socket_directories: address.host,
          unix_socket_permissions: '0700',
        };
  const settings = { ...SETTINGS, ...options.settings, ...place, port: String(address.port) };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openLog(home, user);
  const child = spawn(binaries.postgres, ['-D', home.cluster, ...args], {
    // Its own session, so that Ctrl-C in the terminal reaches us alone and we stop it in order.
    detached: true,
    stdio: ['ignore', log, log],
    cwd: home.path,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
    ...user,
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw dbErrors.startFailed({ reason: String(cause), logFile: home.logFile }, { cause });
  }
  const postmaster = { pid: pidOf(child), ended, stop: () => stop(child, ended) };
  try {
    await becomeReady(home, child, signal);
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
  return postmaster;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('a spawned process has an id');
  return child.pid;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGINT');
  await ended;
}

async function becomeReady(
  home: Home,
  child: ChildProcess,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (statusLine(home.cluster, child.pid) !== 'ready') {
    signal?.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) {
      const reason =
        lastComplaint(home.logFile) ?? `it ended with ${child.exitCode ?? child.signalCode}`;
      throw dbErrors.startFailed({ reason, logFile: home.logFile });
    }
    await systemClock.sleep(10);
  }
}

/** Line 8 of postmaster.pid, when line 1 is this process. @spec PostgreSQL 18 src/include/utils/pidfile.h */
function statusLine(cluster: string, pid: number | undefined): string | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid ? lines[7]?.trim() : undefined;
  } catch {
    // Not written yet.
    return undefined;
  }
}

function openLog(home: Home, user: OsUser | undefined): number {
  const size = statSync(home.logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(home.logFile, `${home.logFile}.1`);
  const log = openSync(home.logFile, 'a', 0o600);
  if (user) chownSync(home.logFile, user.uid, user.gid);
  return log;
}

function lastComplaint(logFile: string): string | undefined {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const line =
    lines.findLast((text) => /\b(FATAL|PANIC):/.test(text)) ??
    lines.findLast((text) => text !== '');
  return line?.replace(/^.*?\b(FATAL|PANIC):\s*/, '');
}
