import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cliErrors } from '../errors.ts';
import { safeText } from '../output/safe-text.ts';
import type { LogFile } from './log-file.ts';

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of a supervised program that speaks the process contract over its IPC channel. */
export interface RunningChild {
  readonly pid: number | undefined;
  /** What it said when it served. @throws `cli.child_failed` when it ended before, with its own words */
  readonly ready: Promise<unknown>;
  readonly exited: Promise<ChildExit>;
  /** @throws `cli.child_failed` */
  request(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Asks it to stop, and kills it when it has not within `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  kill(): void;
}

const CHANNEL_GRACE_MS = 500;

interface Message {
  readonly type: string;
  readonly [member: string]: unknown;
}

export function startChild(options: {
  readonly name: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly log: LogFile;
  onProgress(step: string): void;
}): RunningChild {
  const { name, log } = options;
  const child = spawn(process.execPath, [options.entry, ...options.args], {
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
    // A process group of its own: the terminal's Ctrl-C reaches the supervisor, which stops them in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const ready = Promise.withResolvers<unknown>();
  const exited = Promise.withResolvers<ChildExit>();
  const answers = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let failure: string | undefined;

  child.on('message', (raw) => {
    const message = messageOf(raw);
    if (message?.type === 'progress') options.onProgress(safeText(String(message.step)));
    if (message?.type === 'ready') ready.resolve(message.info);
    if (message?.type === 'failed') failure = safeText(String(message.message));
    if (message?.type === 'response') settle(answers, message);
  });
  const ended = async (exit: ChildExit): Promise<void> => {
    failure ??= await lastWords(log);
    const error = cliErrors.childFailed({
      message: failure ?? `${name} ended (${exitText(exit)}). Its log: ${log.path}`,
    });
    ready.reject(error);
    for (const answer of answers.values()) answer.reject(error);
    exited.resolve(exit);
  };
  // The exit may be known before the last message over the channel is: the channel's own end comes after it.
  child.on('exit', (code, signal) => {
    const exit = { code, signal };
    const late = setTimeout(() => void ended(exit), CHANNEL_GRACE_MS);
    const drained = (): void => {
      clearTimeout(late);
      void ended(exit);
    };
    if (child.connected) child.once('disconnect', drained);
    else drained();
  });
  child.on('error', (error) => {
    failure ??= `${name} could not be started: ${error.message}`;
    if (child.pid === undefined) void ended({ code: 1, signal: null });
  });
  // Who waits for readiness hears of it; nobody else needs to.
  ready.promise.catch(() => {});

  return {
    pid: child.pid,
    ready: ready.promise,
    exited: exited.promise,
    request(method, params = {}) {
      const id = ++lastId;
      const answer = Promise.withResolvers<unknown>();
      answers.set(id, answer);
      child.send({ type: 'request', id, method, params }, (error) => {
        if (error)
          answer.reject(
            cliErrors.childFailed({ message: `${name} does not answer: ${error.message}` }),
          );
      });
      return answer.promise.finally(() => answers.delete(id));
    },
    async stop(timeoutMs) {
      askToStop(child);
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await exited.promise;
      clearTimeout(timer);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

// Windows has no SIGTERM to catch: there the end of the channel is the sign (not verified).
function askToStop(child: ChildProcess): void {
  if (process.platform !== 'win32') child.kill('SIGTERM');
  else if (child.connected) child.disconnect();
}

export function exitText({ code, signal }: ChildExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

function settle(answers: Map<number, PromiseWithResolvers<unknown>>, message: Message): void {
  const answer = answers.get(Number(message.id));
  if (message.error === undefined) answer?.resolve(message.result);
  else answer?.reject(cliErrors.childFailed({ message: safeText(String(message.error)) }));
}

function messageOf(raw: unknown): Message | undefined {
  if (raw === null || typeof raw !== 'object') return undefined;
  // An object from the channel is parsed JSON: string keys.
  return typeof Reflect.get(raw, 'type') === 'string' ? (raw as Message) : undefined;
}

/** What this run's log says of its end: a program that could not say why over the channel has said it there. */
async function lastWords(log: LogFile): Promise<string | undefined> {
  const bytes = await readFile(log.path).catch(() => Buffer.alloc(0));
  const lines = bytes.subarray(log.startBytes).toString('utf8').split('\n');
  const error = lines.findLast((line) => /^[A-Z]\w*Error(?: \[\w+\])?: /.test(line));
  return error && safeText(error).slice(0, 500);
}
