import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import type { PendingRestart } from '@moorline/agent-core';
import { MoorlineError } from '@moorline/kernel';

/** Longest request, in bytes. */
const REQUEST_BYTES = 64;
const PATIENCE_MS = 5_000;

/** What whoever is signed in may ask of the agent. */
export interface UserRequests {
  postponeRestart(minutes: number): Promise<PendingRestart>;
}

/**
 * Answers at a socket that everybody on the machine may use: a line with a number of minutes postpones the restart that
 * counts down, and the answer is one line for people. Nothing else can be asked there.
 */
export async function serveUsers(path: string, requests: UserRequests): Promise<AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    answer(socket, requests).catch(() => socket.destroy());
  });
  server.maxConnections = 16;
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o666);
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
      await rm(path, { force: true });
    },
  };
}

async function answer(socket: Socket, requests: UserRequests): Promise<void> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length > REQUEST_BYTES) return void socket.destroy();
    if (text.includes('\n')) break;
  }
  const minutes = /^(\d{1,5})\n$/.exec(text)?.[1];
  if (minutes === undefined) return void socket.end('Write a number of minutes.\n');
  try {
    const { at } = await requests.postponeRestart(Number(minutes));
    socket.end(`This computer restarts at ${at}.\n`);
  } catch (error) {
    if (!(error instanceof MoorlineError)) throw error;
    socket.end(`${error.message}\n`);
  }
}

/** What the agent answers; one that does not is undefined. */
export async function askToPostpone(path: string, minutes: number): Promise<string | undefined> {
  try {
    const socket = connect(path);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.write(`${minutes}\n`);
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}
