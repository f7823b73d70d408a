import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type EmbeddedServer, removeCluster, startEmbeddedServer } from '@moorline/db';
import { silentLogger } from '@moorline/kernel';
import { type LeaseRequest, readLines, writeLine } from './lease-protocol.ts';
import { TEST_SETTINGS } from './test-server.ts';

interface Lendable {
  readonly server: EmbeddedServer;
  readonly folder: string;
  readonly templates: Map<string, string>;
}

/**
 * Lends PostgreSQL servers to the test processes of a run, each to one process at a time, so that no test waits for
 * another's transactions. A server is started when none is free, and is free again when its borrower's connection
 * ends, however the borrower ended. Disposing stops them and removes their folders.
 */
export async function lendServers(folder: string): Promise<AsyncDisposable & { path: string }> {
  const path = join(folder, 'servers.sock');
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const all: Promise<Lendable>[] = [];
  const free: Lendable[] = [];
  const sockets = new Set<Socket>();
  const leases = new Set<Promise<void>>();

  const start = async (): Promise<Lendable> => {
    const own = join(folder, String(all.length));
    const server = await startEmbeddedServer({
      folder: own,
      logger: silentLogger,
      settings: TEST_SETTINGS,
    });
    return { server, folder: own, templates: new Map() };
  };
  const startAnother = (): Promise<Lendable> => {
    const starting = start();
    all.push(starting);
    return starting;
  };

  const lend = async (socket: Socket): Promise<void> => {
    const ended = once(socket, 'close');
    const lendable = free.pop() ?? (await startAnother());
    const { server, templates } = lendable;
    const made = new Set<string>();
    let work = Promise.resolve();
    readLines<LeaseRequest>(socket, (request) => {
      if (request.type === 'keep') {
        templates.set(request.key, request.name);
        made.delete(request.name);
        return;
      }
      const { type, id, name } = request;
      made.add(name);
      const done = type === 'create' ? server.createDatabase(name, request.template) : drop(name);
      work = Promise.allSettled([work, done]).then(([, { status, ...rest }]) => {
        const answer = status === 'fulfilled' ? { id } : { id, error: String(Object.values(rest)) };
        if (socket.writable) writeLine(socket, answer);
      });
    });
    const drop = async (name: string): Promise<void> => {
      await server.dropDatabase(name);
      made.delete(name);
    };
    const [owner, serving] = [server.connection('owner'), server.connection('serving')];
    writeLine(socket, { owner, serving, pid: server.pid, templates: [...templates] });
    await ended;
    await work;
    for (const name of made) await server.dropDatabase(name).catch(() => {});
    free.push(lendable);
  };

  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // a borrower that was killed
    const lease = lend(socket)
      .catch((error: unknown) => {
        console.error('no PostgreSQL to lend:', error);
        socket.destroy();
      })
      .finally(() => {
        sockets.delete(socket);
        leases.delete(lease);
      });
    leases.add(lease);
  });
  listener.listen(path);
  await once(listener, 'listening');
  return {
    path,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(leases);
      for (const started of await Promise.allSettled(all)) {
        if (started.status === 'rejected') continue;
        await started.value.server.stop();
        await removeCluster(started.value.folder, silentLogger);
      }
    },
  };
}
