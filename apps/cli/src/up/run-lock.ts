import { rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder, readIfPresent, reasonOf } from '@moorline/files';
import type { Clock } from '@moorline/kernel';
import { cliErrors } from '../errors.ts';

/** What a running `up` says of itself to the next one; only a hint, the lock itself is what counts. */
interface RunNote {
  readonly pid: number;
  readonly stopping: boolean;
  /** Processes that it started, by name. */
  readonly children: Readonly<Record<string, number>>;
}

export interface RunLock extends Disposable {
  noteChild(name: string, pid: number | undefined): void;
  noteStopping(): void;
}

export interface RunLockDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once when an earlier run has to end first. */
  onWait(): void;
}

// An earlier run is given its own bound for stopping, and a little.
const LONGEST_WAIT_MS = 20_000;
/** A run whose starter was killed notices it, and begins to stop, within this time. */
const NOTICE_MS = 1_500;
const LOOK_EVERY_MS = 100;

/**
 * Takes the data folder for this process. Waits for an earlier run that is stopping, and for processes
 * that a killed one left behind and that end by themselves.
 * @throws `cli.folder_unwritable`, `cli.already_running`
 */
export async function lockRun(folder: string, deps: RunLockDeps): Promise<RunLock> {
  const noteFile = join(folder, 'up.json');
  const startedAt = deps.clock.now();
  const deadline = startedAt + LONGEST_WAIT_MS;
  let told = false;
  const wait = async (): Promise<void> => {
    if (!told) deps.onWait();
    told = true;
    await deps.clock.sleep(LOOK_EVERY_MS, { signal: deps.signal });
  };
  let held = await take(folder);
  while (!held) {
    const note = await readNote(noteFile);
    if (deps.clock.now() > (note?.stopping ? deadline : startedAt + NOTICE_MS)) {
      throw cliErrors.alreadyRunning({ folder, pid: note?.pid ?? 'unknown' });
    }
    if (note?.stopping) await wait();
    else await deps.clock.sleep(LOOK_EVERY_MS, { signal: deps.signal });
    held = await take(folder);
  }
  const left = (await readNote(noteFile))?.children ?? {};
  while (Object.values(left).some(isAlive) && deps.clock.now() < deadline) await wait();

  const lock = held;
  const children = new Map<string, number>();
  let stopping = false;
  const write = (): void => {
    const note: RunNote = { pid: process.pid, stopping, children: Object.fromEntries(children) };
    writeFileSync(noteFile, JSON.stringify(note), { mode: 0o600 });
  };
  write();
  return {
    noteChild(name, pid) {
      if (pid === undefined) children.delete(name);
      else children.set(name, pid);
      write();
    },
    noteStopping() {
      stopping = true;
      write();
    },
    [Symbol.dispose]() {
      rmSync(noteFile, { force: true });
      lock[Symbol.dispose]();
    },
  };
}

/** The lock, or undefined when another process has it. */
async function take(folder: string): Promise<Disposable | undefined> {
  try {
    // Others may pass through: the database runs as another user when this one is root.
    await mkdir(folder, { recursive: true, mode: 0o711 });
    return await lockFolder(folder, 'up.lock');
  } catch (error) {
    throw cliErrors.folderUnwritable({ folder, reason: reasonOf(error) }, { cause: error });
  }
}

async function readNote(file: string): Promise<RunNote | undefined> {
  const text = await readIfPresent(file).catch(() => undefined);
  try {
    const note: unknown = JSON.parse(text ?? '');
    // Written by this file alone; a torn one does not parse.
    return note !== null && typeof note === 'object' ? (note as RunNote) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
