// Finds the Chromium that the console's tests drive, or installs Debian's when it may.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startStep } from './progress.mjs';
import { root } from './toolchain.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = ['/usr/bin', '/usr/local/bin', '/snap/bin'];
const MAC = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of a Chromium, or undefined when there is none and none may be installed. */
export async function provideChromium() {
  const found = findChromium();
  if (found) return found;
  await installByApt();
  return findChromium();
}

function findChromium() {
  const given = process.env.CHROMIUM;
  const folders = [...PLACES, ...(process.env.PATH ?? '').split(delimiter)].filter(Boolean);
  const candidates = [
    ...(given ? [given] : []),
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...(process.platform === 'darwin' ? MAC : []),
  ];
  return candidates.find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function installByApt() {
  if (!isExecutable('/usr/bin/apt-get')) return;
  const prefix = rootPrefix();
  if (!prefix) return;
  const step = startStep('chromium');
  mkdirSync(join(root, '.build'), { recursive: true });
  const log = createWriteStream(join(root, '.build', 'chromium.log'));
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y'];
  step.update('asking Debian for its package list');
  // A list that is old, or from which one source is missing, may still have it.
  await run([...apt, 'update'], log, () => {});
  step.update('installing Debian’s chromium');
  await run([...apt, '--no-install-recommends', 'install', 'chromium'], log, (line) => {
    const moved = /^(Get|Unpacking|Setting up)\b.*/.exec(line)?.[0];
    if (moved) step.update(`installing: ${moved.slice(0, 50)}`);
  });
  await new Promise((resolve) => log.end(resolve));
  if (findChromium()) step.done('installed');
  else step.drop();
}

/** How to become root without asking anybody: [] as root, sudo when it wants no password, else undefined. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 5000 });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

function run([command, ...args], log, onLine) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      log.write(chunk);
      for (const line of chunk.split('\n')) onLine(line);
    });
  }
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
