import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { type AdmissionLimits, createAdmission, DEFAULT_ADMISSION } from './admission.ts';
import { createListener } from './listener.ts';

const MARK = Buffer.from('x-connected');

interface Door extends AsyncDisposable {
  readonly begun: Socket[];
  readonly counts: { readonly begun: number; readonly refused: number };
  /** The share of the loop that the admission is told. */
  busy: number;
  /** Clients that are connected, in their order at the server. */
  dial(count: number, from?: string): Promise<Client[]>;
}

interface Client {
  readonly socket: Socket;
  /** What becomes of it. */
  readonly fate: Promise<'begun' | 'cut off'>;
}

function clientOf(socket: Socket): Client {
  const fate = new Promise<'begun' | 'cut off'>((resolve) => {
    socket.once('data', () => resolve('begun'));
    socket.on('error', () => resolve('cut off'));
  });
  return { socket, fate };
}

async function openDoor(limits: Partial<AdmissionLimits>): Promise<Door> {
  const begun: Socket[] = [];
  const accepted: Socket[] = [];
  const clients: Socket[] = [];
  const admission = createAdmission(
    { ...DEFAULT_ADMISSION, ...limits },
    { logger: silentLogger, busyShare: () => door.busy, mark: MARK },
  );
  const server = createServer((socket) => {
    accepted.push(socket);
    admission.admit(socket, () => {
      begun.push(socket);
      socket.on('error', () => {});
      socket.write('hello');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  const door: Door = {
    begun,
    counts: admission.counts,
    busy: 0,
    async dial(count, from = '127.0.0.1') {
      const dialled: Client[] = [];
      for (let index = 0; index < count; index++) {
        const socket = connect({ port, host: '127.0.0.1', localAddress: from });
        clients.push(socket);
        const client = clientOf(socket);
        await Promise.race([once(socket, 'connect'), client.fate]);
        dialled.push(client);
      }
      return dialled;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of [...clients, ...accepted]) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return door;
}

async function fates(clients: readonly Client[], expected: 'begun' | 'cut off'): Promise<void> {
  for (const { fate } of clients) assert.equal(await fate, expected);
}

/** What begins at once after a quiet time. */
const BURST = 32;

test('connections begin at once as long as there are few', async () => {
  await using door = await openDoor({});
  const clients = await door.dial(10);
  await fates(clients, 'begun');
  assert.equal(door.counts.begun, 10);
});

test('those that wait begin in their order as the loop has time for them', async () => {
  await using door = await openDoor({ firstPerSecond: 100, waitMs: 60_000 });
  const clients = await door.dial(BURST + 20);
  await fates(clients, 'begun');
  assert.deepEqual(
    door.begun.map((socket) => socket.remotePort),
    clients.map(({ socket }) => socket.localPort),
  );
  assert.equal(door.counts.refused, 0);
});

test('a busy loop begins fewer, and none is lost when it has time again', async () => {
  await using door = await openDoor({ firstPerSecond: 200, waitMs: 60_000 });
  door.busy = 1;
  const clients = await door.dial(BURST + 60);
  await clients[BURST]?.fate;
  const meanwhile = door.counts.begun;
  assert.ok(meanwhile < BURST + 60, `${meanwhile} have begun`);
  door.busy = 0;
  await fates(clients, 'begun');
});

test('those too many are cut off at once, and there is room again afterwards', async () => {
  await using door = await openDoor({ firstPerSecond: 50, waiting: 5, waitMs: 60_000 });
  door.busy = 1;
  // Some begin meanwhile, however slow this machine is; more than that and than can wait are too many.
  const crowd = await door.dial(BURST + 200);
  await Promise.any(crowd.map(async ({ fate }) => assert.equal(await fate, 'cut off')));
  assert.ok(door.counts.refused > 0);
  door.busy = 0;
  await Promise.all(crowd.map(({ fate }) => fate));
  const [later] = await door.dial(1);
  assert.equal(await later?.fate, 'begun');
});

test('one that has waited too long is cut off, so that it comes back by its own backoff', async () => {
  await using door = await openDoor({ firstPerSecond: 20, waitMs: 100 });
  door.busy = 1;
  const clients = await door.dial(BURST + 300);
  assert.equal(await clients.at(-1)?.fate, 'cut off');
});

test('one that leaves while it waits takes nobody’s place', async () => {
  await using door = await openDoor({ firstPerSecond: 100, waitMs: 60_000 });
  await door.dial(BURST);
  const [leaver, stayer] = await door.dial(2);
  leaver?.socket.resetAndDestroy();
  assert.equal(await stayer?.fate, 'begun');
});

test('one that carries the mark does not stand behind those that came before it, and its bytes are whole', async () => {
  await using door = await openDoor({ firstPerSecond: 50, waitMs: 60_000 });
  door.busy = 1;
  const clients = await door.dial(BURST + 600);
  const [marked] = await door.dial(1);
  marked?.socket.write('hello x-connected');
  assert.equal(await marked?.fate, 'begun');
  assert.ok(door.counts.begun < BURST + 600, `${door.counts.begun} have begun`);
  const begun = door.begun.find(({ remotePort }) => remotePort === marked?.socket.localPort);
  assert.ok(begun);
  const read = begun.readableLength > 0 ? begun.read() : (await once(begun, 'data'))[0];
  assert.equal(String(read), 'hello x-connected');
  door.busy = 0;
  await fates(clients, 'begun');
});

test('marks take no more than half of what is begun', async () => {
  await using door = await openDoor({ firstPerSecond: 50, waitMs: 60_000 });
  door.busy = 1;
  const first = await door.dial(BURST);
  const marked = await door.dial(60);
  for (const { socket } of marked) socket.write('x-connected');
  const honest = await door.dial(10);
  await fates([...first, ...honest], 'begun');
  const late = door.counts.begun - BURST - honest.length;
  assert.ok(late <= 40, `${late} with the mark went before or between them`);
});

test('a crowd from one address leaves room for the others', async () => {
  await using door = await openDoor({ firstPerSecond: 20, waiting: 10, waitMs: 60_000 });
  door.busy = 1;
  await door.dial(BURST);
  const crowd = await door.dial(10, '127.0.0.2');
  const [other] = await door.dial(1, '127.0.0.3');
  assert.equal(await crowd.at(-1)?.fate, 'cut off');
  const [more] = await door.dial(1, '127.0.0.2');
  assert.equal(await more?.fate, 'cut off');
  door.busy = 0;
  assert.equal(await other?.fate, 'begun');
});

test('a listener for peers cuts off what is too many before TLS, and serves those that come later', async () => {
  await using pki = await testCertificates();
  await using listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    tls: { ...(await pki.server()), requestClientCertificate: true },
    logger: silentLogger,
    stopMs: 50,
    admission: { waiting: 1, firstPerSecond: 20 },
  });
  listener.app.get('/open', { config: { access: 'public' } }, async () => ({ ok: true }));
  const { port } = await listener.listen();
  const crowd = Array.from({ length: BURST + 20 }, () => clientOf(connect(port, '127.0.0.1')));
  // None of them says a word of TLS: whoever is told anything is told that it is cut off.
  assert.equal(await Promise.race(crowd.map(({ fate }) => fate)), 'cut off');
  for (const { socket } of crowd) socket.destroy();
  const agent = new Agent({ ca: pki.issuer.caCertificate, keepAlive: false });
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      request({ agent, port, host: '127.0.0.1', path: '/open' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  // The last of the crowd may still stand in line.
  let status = 0;
  while (status !== 200) status = await ask().catch(() => 0);
});
