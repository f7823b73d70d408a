import { once } from 'node:events';
import { chmod, open, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type AgentStatus, agentErrors } from '@moorline/agent-core';

const NAME = 'agent.sock';
/** What a socket's address holds on every system, less a little. */
const LONGEST_PATH = 100;

/**
 * Answers every connection to `<folder>/agent.sock` (0600) with one JSON object, and closes it. The caller
 * has the folder to itself, so that a socket found there is a dead one.
 */
export async function serveStatus(
  folder: string,
  status: () => AgentStatus,
): Promise<AsyncDisposable> {
  const path = join(folder, NAME);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${JSON.stringify(status())}\n`);
  });
  await using address = await socketAddress(folder);
  await rm(path, { force: true });
  server.listen(address.path);
  await once(server, 'listening');
  await chmod(path, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
      await rm(path, { force: true });
    },
  };
}

/** What the agent of that folder answers. @throws `agent.not_running` */
export async function readStatus(folder: string): Promise<unknown> {
  try {
    await using address = await socketAddress(folder);
    const socket = connect(address.path);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer in 5 s')));
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    return JSON.parse(text);
  } catch (cause) {
    throw agentErrors.notRunning({ folder }, { cause });
  }
}

/** The socket's address: by way of a descriptor of the folder when its path is too long for one. */
async function socketAddress(folder: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = join(folder, NAME);
  if (process.platform === 'win32') {
    // A named pipe; not verified.
    const pipe = `\\\\.\\pipe\\${folder.replaceAll(/[\\/:]/g, '-')}-agent`;
    return { path: pipe, [Symbol.asyncDispose]: async () => {} };
  }
  if (Buffer.byteLength(path) <= LONGEST_PATH || process.platform !== 'linux') {
    return { path, [Symbol.asyncDispose]: async () => {} };
  }
  const handle = await open(folder);
  return {
    path: join('/proc/self/fd', String(handle.fd), NAME),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
