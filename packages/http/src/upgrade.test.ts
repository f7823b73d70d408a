import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { MoorlineError, silentLogger } from '@moorline/kernel';
import { type TestCertificates, testCertificates } from '@moorline/testkit/certificates';
import { createListener, type Listener } from './listener.ts';

interface Gateway {
  readonly listener: Listener;
  dial(identity: { cert?: string; key?: string }): Promise<TLSSocket>;
}

async function gateway(pki: TestCertificates): Promise<Gateway> {
  const server = await pki.server();
  const listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    tls: { ...server, requestClientCertificate: true },
    logger: silentLogger,
    stopMs: 50,
  });
  const dial = async (identity: { cert?: string; key?: string }): Promise<TLSSocket> => {
    const address = listener.app.server.address();
    assert.ok(address !== null && typeof address === 'object');
    const socket = connect({ ...identity, port: address.port, host: '127.0.0.1', ca: server.ca });
    await once(socket, 'secureConnect');
    return socket;
  };
  return { listener, dial };
}

function upgradeOf(path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${more}\r\n`;
}

test('a handler gets the verified peer and the socket', async () => {
  await using pki = await testCertificates();
  const { listener, dial } = await gateway(pki);
  await using _ = listener;
  listener.onUpgrade('/channel', async ({ socket, peer }) => {
    socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${peer.uri} ${peer.serial}`);
  });
  await listener.listen();
  const client = await pki.client('urn:moorline:device:5');
  const socket = await dial(client);
  socket.write(upgradeOf('/channel?x=1'));
  assert.match(await text(socket), new RegExp(`urn:moorline:device:5 ${client.serial}$`));
});

test('an unknown path, no certificate, and an Origin are each refused and closed', async () => {
  await using pki = await testCertificates();
  const { listener, dial } = await gateway(pki);
  await using _ = listener;
  let calls = 0;
  listener.onUpgrade('/channel', async () => {
    calls += 1;
  });
  await listener.listen();
  const identity = await pki.client('urn:moorline:device:5');
  for (const [who, request, status, code] of [
    [identity, upgradeOf('/other'), 404, 'request.not_found'],
    [identity, upgradeOf('/channel/'), 404, 'request.not_found'],
    [identity, upgradeOf('/chan%6eel'), 404, 'request.not_found'],
    [{}, upgradeOf('/channel'), 401, 'request.certificate_required'],
    [identity, upgradeOf('/channel', 'origin: https://x\r\n'), 403, 'request.foreign_origin'],
  ] as const) {
    const socket = await dial(who);
    socket.write(request);
    const answer = await text(socket);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
    assert.ok(answer.includes(code), answer);
  }
  assert.equal(calls, 0);
});

test('what a handler throws is the answer, and a bug shows nothing of itself', async () => {
  await using pki = await testCertificates();
  const { listener, dial } = await gateway(pki);
  await using _ = listener;
  listener.onUpgrade('/refused', async () => {
    throw new MoorlineError({
      code: 'enrolment.certificate_revoked',
      kind: 'failure',
      status: 403,
      text: 'Revoked.',
    });
  });
  listener.onUpgrade('/bug', async () => {
    throw new Error('hunter2');
  });
  await listener.listen();
  const identity = await pki.client('urn:moorline:device:5');
  const refused = await dial(identity);
  refused.write(upgradeOf('/refused'));
  assert.match(await text(refused), /^HTTP\/1.1 403 [\s\S]*enrolment\.certificate_revoked/);
  const bug = await dial(identity);
  bug.write(upgradeOf('/bug'));
  const answer = await text(bug);
  assert.match(answer, /^HTTP\/1.1 500 /);
  assert.doesNotMatch(answer, /hunter2/);
});

test('a peer that leaves while it is looked up aborts the signal and ends nothing else', async () => {
  await using pki = await testCertificates();
  const { listener, dial } = await gateway(pki);
  await using _ = listener;
  const aborted = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  listener.onUpgrade('/channel', async ({ signal }) => {
    entered.resolve();
    await once(signal, 'abort');
    aborted.resolve();
    throw new Error('too late');
  });
  await listener.listen();
  const socket = await dial(await pki.client('urn:moorline:device:5'));
  socket.write(upgradeOf('/channel'));
  await entered.promise;
  socket.destroy();
  await aborted.promise;
});

test('an upgrade to anything but WebSocket is served as the plain request that it is', async () => {
  await using pki = await testCertificates();
  const { listener, dial } = await gateway(pki);
  await using _ = listener;
  listener.app.get('/open', { config: { access: 'public' } }, async () => ({ ok: true }));
  await listener.listen();
  const socket = await dial({});
  socket.write(
    'GET /open HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n',
  );
  assert.match(await text(socket), /^HTTP\/1.1 200 /);
});

test('a stop cuts off upgraded connections', async () => {
  await using pki = await testCertificates();
  const { listener, dial } = await gateway(pki);
  const open = Promise.withResolvers<void>();
  listener.onUpgrade('/channel', async ({ socket }) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    open.resolve();
  });
  await listener.listen();
  const socket = await dial(await pki.client('urn:moorline:device:5'));
  socket.on('error', () => {});
  socket.write(upgradeOf('/channel'));
  await open.promise;
  const closed = once(socket, 'close');
  socket.resume();
  await listener.close();
  await closed;
});
