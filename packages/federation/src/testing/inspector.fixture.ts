import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ProxySettings } from '../uplink/proxy/proxy-settings.ts';
import { identityOf } from './batch.fixture.ts';
import type { Site, Tenant } from './lab.fixture.ts';

export interface Inspector extends AsyncDisposable {
  readonly settings: ProxySettings;
  /** Requests for a WebSocket so far. */
  readonly upgrades: number;
  /** Answers that were lost. */
  readonly lost: number;
  /** From now on WebSockets are passed on as they come. */
  letWebSocketsPass(): void;
}

/**
 * A proxy that opens TLS with what the tenant's and the site's owners have given it for that, so that it can do what
 * it likes to the requests inside: it refuses WebSockets, and loses answers.
 */
export async function startInspector(
  tenant: Tenant,
  options: {
    readonly site: () => Site | undefined;
    /** Whether the answer to this request is lost on its way back. */
    readonly loses?: (path: string, count: number) => boolean;
  },
): Promise<Inspector> {
  const shown = await tenant.issuer.issueServer(['127.0.0.1', 'localhost']);
  const { hostname: host, port } = new URL(tenant.url);
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  let upgrades = 0;
  let lost = 0;
  let passesWebSockets = false;

  const identity = async (): Promise<{ cert?: string; key?: string }> => {
    const site = options.site();
    if (!site) return {};
    const own = await identityOf(site).catch(() => undefined); // not attached yet
    return own ? { cert: own.certificate, key: own.privateKey } : {};
  };
  const forwarded = async (incoming: IncomingMessage) =>
    request({
      host,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
      ca: tenant.issuer.caCertificate,
      agent: false,
      ...(await identity()),
    });

  const inner = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    void (async () => {
      const path = incoming.url ?? '';
      const count = (counts.get(path) ?? 0) + 1;
      counts.set(path, count);
      const outgoing = await forwarded(incoming);
      outgoing.on('error', () => response.destroy());
      response.once('close', () => outgoing.destroy());
      outgoing.once('response', (answer) => {
        if (options.loses?.(path, count)) {
          lost += 1;
          answer.resume();
          answer.once('end', () => response.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(outgoing);
    })();
  });
  inner.on('upgrade', (incoming: IncomingMessage, client: Socket) => {
    upgrades += 1;
    client.on('error', () => {});
    if (!passesWebSockets) {
      client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    void (async () => {
      const outgoing = await forwarded(incoming);
      outgoing.on('error', () => client.destroy());
      outgoing.once('upgrade', (answer, upstream, head) => {
        const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
        client.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`);
        client.write(head);
        upstream.on('error', () => client.destroy());
        upstream.pipe(client).pipe(upstream);
        sockets.add(upstream as Socket);
      });
      outgoing.end();
    })();
  });

  const outer = createServer();
  outer.on('connect', (_incoming: IncomingMessage, client: Socket) => {
    client.on('error', () => {});
    sockets.add(client);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secure = new TLSSocket(client, {
      isServer: true,
      cert: shown.cert,
      key: shown.key,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['http/1.1'],
    });
    secure.on('error', () => {});
    inner.emit('connection', secure);
  });
  outer.listen(0, '127.0.0.1');
  await once(outer, 'listening');
  const own = (outer.address() as AddressInfo).port;
  return {
    get upgrades() {
      return upgrades;
    },
    get lost() {
      return lost;
    },
    letWebSocketsPass() {
      passesWebSockets = true;
    },
    settings: {
      host: '127.0.0.1',
      port: own,
      name: `127.0.0.1:${own}`,
      credentials: 'none',
      authorization: null,
      isDirect: () => false,
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      outer.closeAllConnections();
      outer.close();
      await once(outer, 'close');
    },
  };
}
