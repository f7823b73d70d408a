import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** One of the product's programs as a process of its own, driven over the process contract. */
export interface Child<Ready> extends AsyncDisposable {
  readonly ready: Ready;
  readonly pid: number;
  /** Resolves with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  request<T>(method: string, params?: Readonly<Record<string, unknown>>): Promise<T>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ChildOptions {
  /** Path of the program: a `main.ts`, or a bundle. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the process is started with: another program, which runs the rest of its arguments. Default: nothing. */
  readonly wrapper?: readonly [program: string, ...args: string[]];
  /** File that the process's output is appended to. */
  readonly logFile: string;
  /** Default: 60 s. */
  readonly readyTimeoutMs?: number;
}

type Message =
  | { readonly type: 'ready'; readonly info: unknown }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'progress' }
  | {
      readonly type: 'response';
      readonly id: number;
      readonly result?: unknown;
      readonly error?: string;
    };

/** Starts a program and waits until it says that it is ready. Rejects with its own message when it is not. */
export async function startChild<Ready>(options: ChildOptions): Promise<Child<Ready>> {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  await once(log, 'open');
  const [wrapper, ...wrapperArgs] = options.wrapper ?? [];
  const child: ChildProcess = fork(options.program, options.args, {
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    ...(wrapper === undefined
      ? { execArgv: [] }
      : { execPath: wrapper, execArgv: [...wrapperArgs, process.execPath] }),
  });
  const exited = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => resolve(code)),
  );
  void exited.then(() => log.end());
  const waiting = new Map<number, (message: Extract<Message, { type: 'response' }>) => void>();
  let serial = 0;

  const ready = await new Promise<Ready>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${options.program} was not ready in time; see ${options.logFile}`));
    }, options.readyTimeoutMs ?? 60_000);
    child.on('message', (message: Message) => {
      if (message.type === 'ready') {
        clearTimeout(timer);
        resolve(message.info as Ready);
      } else if (message.type === 'failed') {
        clearTimeout(timer);
        reject(new Error(message.message));
      } else if (message.type === 'response') {
        waiting.get(message.id)?.(message);
        waiting.delete(message.id);
      }
    });
    child.once('error', reject);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(
        new Error(
          `${options.program} ended with ${code} before it was ready; see ${options.logFile}`,
        ),
      );
    });
  });

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  }

  return {
    ready,
    pid: child.pid ?? -1,
    exited,
    request<T>(method: string, params: Readonly<Record<string, unknown>> = {}) {
      const id = ++serial;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, (message) =>
          message.error === undefined
            ? resolve(message.result as T)
            : reject(new Error(message.error)),
        );
        child.send({ type: 'request', id, method, params });
      });
    },
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
    },
  };
}
