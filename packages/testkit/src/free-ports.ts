import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

const FIRST = 11_001;
const TRIPLES = 6_000;
const RUN = process.env.MOORLINE_TEST_RUN;

/**
 * A port whose two neighbours were free too, as a host takes them: below the ephemeral range, and given once in a run
 * of the tests. Nothing keeps them free of others until they are taken.
 */
export async function freePortTriple(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST + 3 * Math.floor(Math.random() * TRIPLES);
    if (!reserve(port)) continue;
    const servers = await Promise.all([port - 1, port, port + 1].map(tryListen));
    const open = servers.filter((server) => server !== undefined);
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
    if (open.length === 3) return port;
  }
  throw new Error('no three free ports side by side were found');
}

/** False when another process of this run has it. */
function reserve(port: number): boolean {
  if (RUN === undefined) return true;
  const folder = join(RUN, 'ports');
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, String(port)), '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function tryListen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
