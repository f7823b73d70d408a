import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of its own that plays devices: what it uses is no one else's processor time. */
export interface ClientProcess extends AsyncDisposable {
  readonly pid: number;
  /** Rejects with the process's own words when it fails there. */
  call<T>(method: string, params?: unknown): Promise<T>;
}

type Request = { readonly id: number; readonly method: string; readonly params: unknown };
type Response = { readonly id: number; readonly result?: unknown; readonly error?: string };

/** @param program name of a file beside this one */
export async function startClientProcess(program: string): Promise<ClientProcess> {
  const child = fork(join(import.meta.dirname, program), {
    execArgv: ['--max-old-space-size=8192'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<number, (response: Response) => void>();
  let serial = 0;
  child.on('message', (response: Response) => {
    waiting.get(response.id)?.(response);
    waiting.delete(response.id);
  });
  child.on('exit', (code, signal) => {
    const error = `${program} ended with ${code ?? signal}`;
    for (const [id, answer] of waiting) answer({ id, error });
    waiting.clear();
  });
  return {
    pid: child.pid ?? -1,
    call<T>(method: string, params: unknown = null) {
      const id = ++serial;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, ({ result, error }) =>
          error === undefined ? resolve(result as T) : reject(new Error(error)),
        );
        const request: Request = { id, method, params };
        child.send(request);
      });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The other end, in the process: answers calls with what the methods resolve with. */
export function serveCalls(
  methods: Readonly<Record<string, (params: never) => Promise<unknown> | unknown>>,
): void {
  process.on('message', async ({ id, method, params }: Request) => {
    const answer = (response: Response): void => void process.send?.(response);
    try {
      const work = methods[method];
      if (!work) throw new Error(`there is no method ${method}`);
      // Both ends are ours: a method is sent the params that it takes.
      answer({ id, result: await work(params as never) });
    } catch (error) {
      answer({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  });
}
