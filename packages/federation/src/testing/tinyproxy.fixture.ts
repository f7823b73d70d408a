import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@moorline/kernel';

export interface Tinyproxy extends AsyncDisposable {
  readonly url: string;
}

/** Debian's tinyproxy on loopback, installed when that is allowed; null when there is none. */
export async function startTinyproxy(options: {
  readonly user: string;
  readonly password: string;
}): Promise<Tinyproxy | null> {
  const program = provide();
  if (!program) return null;
  const folder = await mkdtemp(join(tmpdir(), 'moorline-tinyproxy-'));
  const port = await freePort();
  const file = join(folder, 'tinyproxy.conf');
  await writeFile(
    file,
    [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 600',
      'MaxClients 50',
      'Allow 127.0.0.1',
      `BasicAuth ${options.user} ${options.password}`,
      'LogLevel Error',
      `LogFile "${join(folder, 'log')}"`,
      '',
    ].join('\n'),
  );
  const child = spawn(program, ['-d', '-c', file], { stdio: 'ignore' });
  await listening(port);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const PLACES = ['/usr/bin/tinyproxy', '/usr/sbin/tinyproxy'];

function provide(): string | undefined {
  const find = (): string | undefined =>
    PLACES.find((path) => spawnSync(path, ['-v'], { stdio: 'ignore' }).status === 0);
  const found = find();
  if (found || process.getuid?.() !== 0) return found;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): void =>
    void spawnSync('apt-get', ['-q', '-y', ...args], { stdio: 'ignore', env, timeout: 120_000 });
  apt('update');
  apt('--no-install-recommends', 'install', 'tinyproxy-bin');
  return find();
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** It tells nobody when it listens. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await systemClock.sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('tinyproxy does not listen');
}
