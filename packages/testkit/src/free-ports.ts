import { createServer, type Server } from 'node:net';

/**
 * A port whose two neighbours were free too, as a host takes them. Nothing keeps them free until they are
 * taken: ports below the ephemeral range, drawn at random, make a clash unlikely.
 */
export async function freePortTriple(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 11_000 + Math.floor(Math.random() * 20_000);
    const servers = await Promise.all([port - 1, port, port + 1].map(tryListen));
    const open = servers.filter((server) => server !== undefined);
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
    if (open.length === 3) return port;
  }
  throw new Error('no three free ports side by side were found');
}

function tryListen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
