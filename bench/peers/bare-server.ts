import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Entropy, silentLogger, systemClock } from '@moorline/kernel';
import { createKeyAndCsr, openLocalCa } from '@moorline/pki';
import { WebSocket } from 'ws';

/** The least that a mutual-TLS WebSocket server can be, in a process of its own: the limit of ours. */
export interface BareServer extends AsyncDisposable {
  readonly pid: number;
  connect(count: number, atOnce: number): Promise<WebSocket[]>;
}

export async function startBareServer(folder: string, entropy: Entropy): Promise<BareServer> {
  const ca = await openLocalCa({
    folder: join(folder, 'bare-pki'),
    name: 'bare',
    clock: systemClock,
    entropy,
    logger: silentLogger,
  });
  const server = await ca.issueServer(['localhost']);
  const { privateKey, csr } = await createKeyAndCsr('bare');
  const client = await ca.issueFromCsr(csr, {
    kind: 'client',
    uri: 'urn:bench:bare',
    commonName: 'bare',
    lifeMs: 60 * 60_000,
  });
  const child = fork(join(import.meta.dirname, 'bare-server-process.ts'), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send({ cert: server.cert, key: server.key, ca: ca.caCertificate });
  const [port] = (await once(child, 'message')) as [number];
  const exited = once(child, 'exit');
  return {
    pid: child.pid ?? -1,
    async connect(count, atOnce) {
      const sockets: WebSocket[] = [];
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          while (sockets.length < count) {
            const socket = new WebSocket(`wss://localhost:${port}`, {
              ca: ca.caCertificate,
              cert: client.pem,
              key: privateKey,
              perMessageDeflate: false,
            });
            sockets.push(socket);
            await once(socket, 'open');
          }
        }),
      );
      return sockets;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
