import { backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import type { ProgramName } from '../layout.ts';
import { exitText, type RunningChild, startChild } from './child-process.ts';
import { openLogFile } from './log-file.ts';
import type { RunLock } from './run-lock.ts';
import type { StepPrinter } from './step-printer.ts';

/** A program that is kept running: started again, with growing pauses, whenever it dies. */
export interface Supervised {
  readonly name: ProgramName;
  /** The first start; answers what it said when it served. @throws `cli.child_failed` */
  start(args: readonly string[]): Promise<unknown>;
  /** @throws `cli.child_failed` */
  request(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
  stop(timeoutMs: number): Promise<void>;
  kill(): void;
}

export interface SupervisedDeps {
  readonly folder: string;
  /** The program's file. */
  entryOf(name: ProgramName): string;
  readonly lock: RunLock;
  readonly printer: StepPrinter;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

const RESTART = { firstMs: 500, maxMs: 30_000 };
/** A run this long was a good one: the next pause is short again. */
const GOOD_RUN_MS = 60_000;

export function createSupervised(name: ProgramName, deps: SupervisedDeps): Supervised {
  const { clock, entropy, folder, lock, printer } = deps;
  const over = new AbortController();
  let child: RunningChild | undefined;
  let watching: Promise<void> | undefined;

  const launch = (args: readonly string[]): RunningChild => {
    using log = openLogFile(folder, name);
    const started = startChild({
      name,
      entry: deps.entryOf(name),
      args,
      log,
      onProgress: (step) => printer.progress(name, step),
    });
    lock.noteChild(name, started.pid);
    return started;
  };

  const watch = async (args: readonly string[]): Promise<void> => {
    let attempt = 0;
    let startedAt = clock.now();
    for (;;) {
      const exit = await child?.exited;
      lock.noteChild(name, undefined);
      if (over.signal.aborted || !exit) return;
      if (clock.now() - startedAt > GOOD_RUN_MS) attempt = 0;
      const pauseMs = backoffMs(RESTART, attempt++, entropy);
      const pause = (pauseMs / 1000).toFixed(1);
      printer.line(`${name} ended (${exitText(exit)}); it is started again in ${pause} s`);
      await clock.sleep(pauseMs, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) return;
      startedAt = clock.now();
      child = launch(args);
      await child.ready.then(
        () => printer.line(`${name} runs again`),
        (error: unknown) => printer.line(error instanceof Error ? error.message : String(error)),
      );
    }
  };

  return {
    name,
    async start(args) {
      child = launch(args);
      const info = await child.ready;
      watching = watch(args);
      return info;
    },
    request(method, params) {
      if (!child) throw new Error(`${name} was not started`);
      return child.request(method, params);
    },
    async stop(timeoutMs) {
      over.abort();
      await child?.stop(timeoutMs);
      await watching;
      lock.noteChild(name, undefined);
    },
    kill: () => child?.kill(),
  };
}
