// What a run of tests has in common: a temporary folder, PostgreSQL servers to borrow, compiled modules, bundles; and
// the look at its end for what was left behind.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lendServers } from '@moorline/testkit/servers';
import { root } from './toolchain.mjs';

/** In the run's folder: the process whose run it is. */
const OWNER = 'runner.pid';
const LOOK_MS = 5_000;
/** How much longer than its own watchdog a file is waited for: that one needs an event loop that still turns. */
const GRACE_MS = 15_000;

/** Prepares a run: `environment` is for its processes, `close()` ends it and names what was left behind. */
export async function openTestRun(fileLimitMs) {
  const place = placeOfRuns();
  removeAbandoned(place);
  const folder = mkdtempSync(join(place, 'moorline-'));
  chmodSync(folder, 0o711);
  writeFileSync(join(folder, OWNER), String(process.pid));
  const running = join(folder, 'running');
  mkdirSync(running);
  // Windows gives a server's place as a pipe, not as a file: there each test file starts its own.
  const lender =
    process.platform === 'win32' ? undefined : await lendServers(join(folder, 'postgres'));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', clean);
  let closing;
  const close = () => {
    closing ??= closeNow();
    return closing;
  };
  const closeNow = async () => {
    clearInterval(look);
    await lender?.[Symbol.asyncDispose]();
    const processes = endProcessesOf(folder);
    const record = join(folder, 'left-behind');
    const folders = existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : [];
    clean();
    return [...folders, ...processes];
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => void close().finally(() => process.exit(code)));
  }
  const look = setInterval(() => endHanging(running, fileLimitMs + GRACE_MS), LOOK_MS);
  return {
    environment: {
      MOORLINE_TEST_RUN: folder,
      ...(lender && { MOORLINE_TEST_SERVERS: lender.path }),
      ...(existsSync(join(root, 'dist', 'cli.mjs')) && { MOORLINE_TEST_PROGRAMS: 'bundle' }),
      NODE_COMPILE_CACHE: join(root, '.build', 'compile-cache'),
    },
    close,
  };
}

const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * Where folders of runs go: into memory where there is plenty, because a test database is some hundred files that are
 * made and removed. What a killed process has written is there as it would be on a disk.
 */
function placeOfRuns() {
  if (process.env.TMPDIR || process.platform !== 'linux' || !existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  const hasRoom = bavail * bsize >= ROOM_BYTES && freemem() >= ROOM_BYTES;
  return hasRoom && runsPrograms(MEMORY) ? MEMORY : tmpdir();
}

/** Ends and removes what is left of runs that were killed. */
function removeAbandoned(place) {
  for (const name of readdirSync(place).filter((entry) => /^moorline-\w{6}$/.test(entry))) {
    const folder = join(place, name);
    try {
      const isOurs = statSync(folder).uid === process.getuid?.();
      if (!isOurs || isAlive(Number(readFileSync(join(folder, OWNER), 'utf8')))) continue;
    } catch {
      // Not the folder of a run.
      continue;
    }
    endProcessesOf(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** False where it is mounted `noexec`: some tests run programs that they write. */
function runsPrograms(place) {
  const folder = mkdtempSync(join(place, 'moorline-'));
  try {
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(program).status === 0;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends test processes whose event loop has stopped turning. */
function endHanging(running, limitMs) {
  for (const pid of readdirSync(running)) {
    const note = join(running, pid);
    const begun = statSync(note, { throwIfNoEntry: false })?.mtimeMs;
    if (begun === undefined || Date.now() - begun < limitMs) continue;
    console.log(`${readFileSync(note, 'utf8')} hangs: ended after ${Math.round(limitMs / 1000)} s`);
    rmSync(note, { force: true });
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}

/** Ends what still runs of the run's processes, known by their environment or working folder; Linux only. */
function endProcessesOf(folder) {
  if (process.platform !== 'linux') return [];
  const left = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = Number(pid) === process.pid ? undefined : processOf(pid, folder);
    if (!found) continue;
    left.push(found);
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
  return left;
}

function processOf(pid, folder) {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const isOurs =
      environment.includes(`MOORLINE_TEST_RUN=${folder}`) ||
      readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
    if (!isOurs) return undefined;
    const file = environment.find((entry) => entry.startsWith('MOORLINE_TEST_FILE='));
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 4).join(' ');
    return `${file?.slice('MOORLINE_TEST_FILE='.length) ?? 'a test'}: process ${pid} (${command})`;
  } catch {
    // Gone, or another account's.
    return undefined;
  }
}
