import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxySettings } from '../uplink/proxy/proxy-settings.ts';

/** What a proxy of the tests does to tunnels. */
export interface ProxyBehaviour {
  /** Value of Proxy-Authorization that it wants; without it 407. */
  readonly authorization?: string;
  /** Answers every CONNECT with this instead. */
  readonly status?: number;
  /** Cuts a tunnel through which nothing goes for so long. */
  readonly idleMs?: number;
  /** Holds what comes back for so long before it passes it on. */
  readonly holdMs?: number;
  /** Where a tunnel really leads; default: where it was asked to. */
  readonly divert?: (target: { host: string; port: number }) => { host: string; port: number };
}

export interface TestProxy extends AsyncDisposable {
  readonly settings: ProxySettings;
  readonly port: number;
  /** Targets of the CONNECT requests so far. */
  readonly asked: readonly string[];
  /** Tunnels that were cut for their silence. */
  readonly cut: number;
}

/** An HTTP proxy for tunnels on loopback, with the manners of those in the field. */
export async function startProxy(behaviour: ProxyBehaviour = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const open = new Set<Duplex>();
  let cut = 0;
  const server: Server = createServer((_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(405).end();
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(request.url ?? '') ?? [];
    asked.push(request.url ?? '');
    client.on('error', () => {});
    const { authorization } = behaviour;
    if (authorization !== undefined && request.headers['proxy-authorization'] !== authorization) {
      client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="p"\r\ncontent-length: 0\r\n\r\n',
      );
      return;
    }
    if (behaviour.status !== undefined) {
      client.end(`HTTP/1.1 ${behaviour.status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const wanted = { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
    const upstream = connect(behaviour.divert?.(wanted) ?? wanted);
    for (const end of [client, upstream]) open.add(end);
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      client.pipe(upstream);
      upstream.on('data', (chunk: Buffer) => {
        if (behaviour.holdMs === undefined) client.write(chunk);
        else setTimeout(() => client.write(chunk), behaviour.holdMs);
      });
    });
    const endBoth = (): void => {
      for (const end of [client, upstream]) {
        end.destroy();
        open.delete(end);
      }
    };
    if (behaviour.idleMs !== undefined) {
      for (const end of [client, upstream]) end.setTimeout(behaviour.idleMs);
      // Silence of both: what one hears the other has said.
      upstream.once('timeout', () => {
        cut += 1;
        endBoth();
      });
    }
    upstream.on('error', endBoth);
    upstream.once('close', endBoth);
    client.once('close', endBoth);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    get cut() {
      return cut;
    },
    settings: {
      host: '127.0.0.1',
      port,
      name: `127.0.0.1:${port}`,
      credentials: 'none',
      authorization: null,
      isDirect: () => false,
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
