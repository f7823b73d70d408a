// Installs the dependencies that package-lock.json pins, when they are not there yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { startStep } from './progress.mjs';
import { root, SetupError } from './toolchain.mjs';

const LOG = join(root, '.build', 'install.log');
const STAMP = join(root, 'node_modules', '.moorline-install');

/** Runs `npm ci` unless node_modules is already what the lockfile says; offline it then does nothing. */
export async function installDependencies() {
  const wanted = wantedStamp();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  if (installedByHand()) {
    writeFileSync(STAMP, wanted);
    return;
  }
  await npmCi();
  writeFileSync(STAMP, wanted);
}

// Another platform's node_modules (a shared folder, a container) is as good as none.
function wantedStamp() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return `${lock.digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** True when npm's own record of node_modules holds every package of the lockfile that this platform needs. */
function installedByHand() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  try {
    const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
    const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    return Object.entries(locked).every(([path, entry]) => {
      if (path === '') return true;
      const present = existsSync(join(root, path));
      if (entry.link || !path.includes('node_modules')) return present;
      if (!forThisPlatform(entry)) return true;
      if (!installed[path]) return entry.optional === true || entry.peer === true;
      return present && installed[path].version === entry.version;
    });
  } catch {
    return false;
  }
}

function forThisPlatform(entry) {
  const fits = (list, value) =>
    !list || list.includes(value) || (list[0]?.startsWith('!') && !list.includes(`!${value}`));
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch);
}

async function npmCi() {
  mkdirSync(dirname(LOG), { recursive: true });
  const log = createWriteStream(LOG);
  const step = startStep('dependencies');
  const total = expectedDownloads();
  step.update('installing');
  const { command, args, shell } = npmCommand();
  const child = spawn(
    command,
    // Lines of level http are the only sign of progress that npm gives to a pipe; they go to the log.
    [...args, 'ci', '--loglevel=http', '--no-audit', '--no-fund', '--no-progress'],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell, env: environment() },
  );
  let fetched = 0;
  let tail = '';
  const read = (chunk) => {
    log.write(chunk);
    tail = (tail + chunk).slice(-20_000);
    fetched += String(chunk).match(/http (?:fetch|cache) .*\.tgz/g)?.length ?? 0;
    step.update(
      fetched > 0 ? `installing: ${Math.min(fetched, total)} of ${total} packages` : 'installing',
    );
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      tail += `\nnpm error code ${error.code}\n`;
      resolve(1);
    });
    child.on('close', (status) => resolve(status ?? 1));
  });
  await new Promise((resolve) => log.end(resolve));
  if (code !== 0) {
    step.drop();
    throw new SetupError(explain(tail));
  }
  step.done('installed');
}

function expectedDownloads() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).filter(
    ([path, entry]) => path.includes('node_modules/') && !entry.link && forThisPlatform(entry),
  ).length;
}

// The npm that ran this script, under the Node that it ran under: ours may be inside the node_modules that
// is about to be replaced.
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && existsSync(script) && /npm-cli\.c?js$/.test(script)) {
    return { command: nodeOutside(), args: [script], shell: false };
  }
  const windows = process.platform === 'win32';
  return { command: windows ? 'npm.cmd' : 'npm', args: [], shell: windows };
}

function nodeOutside() {
  const inside = (path) => path.startsWith(join(root, 'node_modules') + sep);
  const candidates = [process.env.npm_node_execpath, process.env.NODE, process.execPath];
  return candidates.find((path) => path && existsSync(path) && !inside(path)) ?? 'node';
}

function environment() {
  const bin = join(root, 'node_modules', '.bin');
  const separator = process.platform === 'win32' ? ';' : ':';
  const path = (process.env.PATH ?? '').split(separator).filter((entry) => entry !== bin);
  return { ...process.env, PATH: path.join(separator) };
}

const REASONS = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    'the package registry cannot be reached. Check the network (and `npm config get registry`), then try again',
  ],
  [/code ENOSPC/, 'the disk is full. Free about 1 GB and try again'],
  [
    /code (EACCES|EPERM|EROFS)/,
    'this folder (or the npm cache) cannot be written. Make it yours, then try again',
  ],
  [
    /code EUSAGE/,
    'package.json and package-lock.json disagree. Restore both from the repository, or run `npm install` if you changed them',
  ],
  [
    /code EINTEGRITY/,
    'a downloaded package is not the one that package-lock.json pins. Run `npm cache verify` and try again',
  ],
  [
    /code ENOENT[\s\S]*spawn|code ENOENT\n$/,
    'npm was not found. Install it beside Node and try again',
  ],
];

function explain(output) {
  const reason = REASONS.find(([pattern]) => pattern.test(output))?.[1] ?? 'npm ci did not succeed';
  return `The dependencies could not be installed: ${reason}. Details: ${relative(root, LOG)}`;
}
