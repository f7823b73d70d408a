import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a TLS server shows, and whose clients it takes; PEM. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A bare server in a process of its own, on a free port of 127.0.0.1: the limit of ours. */
export interface BareServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** `socket`: WebSocket over mutual TLS, echoing; `post`: Fastify over mutual TLS. */
export async function startBareServer(
  kind: 'socket' | 'post',
  identity: ServerIdentity,
): Promise<BareServer> {
  const child = fork(join(import.meta.dirname, `bare-${kind}-process.ts`), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  child.send(identity);
  const [port] = (await once(child, 'message')) as [number];
  return {
    pid: child.pid ?? -1,
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
