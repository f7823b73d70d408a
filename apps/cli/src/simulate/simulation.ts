import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readProfile } from '@moorline/simulator/profile';
import type { CommandDeps, ContextOptions, OutputOptions } from '../command-line.ts';
import type { Connection } from '../connection/connect.ts';
import { usageError } from '../errors.ts';
import { SIMULATOR_FOLDER } from '../up/simulate.ts';
import { type Crew, createCrew } from './crew.ts';
import { type Enrolment, placeOf } from './place.ts';
import { createProgressLine } from './progress-line.ts';

export interface SimulationOptions extends ContextOptions, OutputOptions {
  readonly site?: string;
  readonly token?: string;
  readonly devices: number;
  readonly profile?: string;
  readonly seed?: string;
  /** Devices that enrol in a second. */
  readonly rate?: number;
  readonly processes: number;
  readonly chaos?: boolean;
  readonly alwaysOnline?: boolean;
  /** Stops by itself after so many ms. */
  readonly for?: number;
  readonly remove?: boolean;
}

const DEFAULT_RATE = 50;
const MOST_PER_PROCESS = 19_000;
const LOOK_MS = 1_000;

/** Simulates until `signal` or the time is over, then stops everything that it started. @throws `cli.*`, `simulator.*` */
export async function runSimulation(options: SimulationOptions, deps: CommandDeps): Promise<void> {
  const { clock, terminal, signal } = deps;
  if (options.devices > options.processes * MOST_PER_PROCESS) {
    throw usageError(
      `One process holds at most ${MOST_PER_PROCESS} devices, for that many connections may be open: give --processes ${Math.ceil(options.devices / MOST_PER_PROCESS)}.`,
    );
  }
  if (options.output === 'csv') throw usageError('simulate prints progress: -o table or json.');
  // Told before anything is started.
  await readProfile(options.profile);
  const place = await placeOf(options, deps);
  if (options.remove && !place.connection) {
    throw usageError('--remove needs an administrator’s right: name the site with --context.');
  }
  await using folder = await folderOf(options);
  const ended = new AbortController();
  const timer =
    options.for === undefined ? undefined : setTimeout(() => ended.abort(), options.for);
  const either = AbortSignal.any([signal, ended.signal]);
  const progress = createProgressLine(terminal, clock, options.output);
  let isUp: Promise<void> | undefined;
  try {
    await using crew = await createCrew({
      ...options,
      ...(options.profile !== undefined && { profile: profilePath(options.profile) }),
      folder: folder.path,
      isLoopback: place.isLoopback,
    });
    deps.forced.addEventListener('abort', crew.kill, { once: true });
    isUp = enrolAndLive(crew, place, options, either);
    await watch(crew, isUp, progress.show, { ...deps, signal: either });
    progress.end();
    if (options.remove && place.connection) await removeDevices(crew, place.connection, deps);
  } finally {
    clearTimeout(timer);
    progress.end();
    // With the processes its requests have ended; what is left is to take the token back.
    await isUp?.catch(() => {});
  }
  if (options.output === 'json') return;
  const stay = options.remove ? '' : ' The devices stay known at the site.';
  terminal.note(
    `stopped.${stay}${folder.isKept ? ` ${folder.path} keeps them for the next run.` : ''}\n`,
  );
}

async function enrolAndLive(
  crew: Crew,
  place: Enrolment,
  options: SimulationOptions,
  signal: AbortSignal,
): Promise<void> {
  const missing = options.devices - crew.enrolled;
  if (missing > 0) {
    const token = await place.token(missing, signal);
    try {
      await crew.enrol(token.text, options.rate ?? DEFAULT_RATE);
    } finally {
      await token.release();
    }
  }
  await crew.connect();
}

/** Shows how it goes until the signal; what fails ends it. */
async function watch(
  crew: Crew,
  isUp: Promise<void>,
  show: (stats: Awaited<ReturnType<Crew['stats']>>) => void,
  { clock, signal }: Pick<CommandDeps, 'clock' | 'signal'>,
): Promise<void> {
  const failed = new AbortController();
  const fail = (error: unknown): void => failed.abort(error);
  isUp.catch(fail);
  void crew.ended.then((reason) => fail(new Error(reason)));
  const either = AbortSignal.any([signal, failed.signal]);
  while (!either.aborted) {
    show(await crew.stats());
    await clock.sleep(LOOK_MS, { signal: either }).catch(() => {});
  }
  if (!signal.aborted) throw failed.signal.reason;
}

async function removeDevices(
  crew: Crew,
  { client }: Connection,
  { terminal }: CommandDeps,
): Promise<void> {
  await crew.halt();
  const ids = (await crew.deviceIds()).filter((id) => id !== null);
  terminal.note(`removing ${ids.length} devices …\n`);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) await client.devices.remove(id);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Where identities are: a folder that stays, or one that goes with the simulation. */
async function folderOf(
  options: SimulationOptions,
): Promise<AsyncDisposable & { readonly path: string; readonly isKept: boolean }> {
  if (options.data !== undefined && !options.remove) {
    const path = join(resolve(options.data), SIMULATOR_FOLDER);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return { path, isKept: true, async [Symbol.asyncDispose]() {} };
  }
  const path = await mkdtemp(join(tmpdir(), 'moorline-simulator-'));
  return {
    path,
    isKept: false,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** As the processes find it, whatever their folder. */
function profilePath(name: string): string {
  return name === 'organization' || name === 'lab' ? name : resolve(name);
}
