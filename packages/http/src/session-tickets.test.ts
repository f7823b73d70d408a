import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { silentLogger } from '@moorline/kernel';
import { type TestCertificates, testCertificates } from '@moorline/testkit/certificates';
import { createListener, type Listener, type ListenerOptions } from './listener.ts';
import { peerCertificate } from './peer-certificate.ts';
import type { TicketKeys } from './session-tickets.ts';

const URI = 'urn:moorline:device:5';
const newKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(48));
const only = (current: Uint8Array): TicketKeys => ({ current, former: [] });

async function listening(
  pki: TestCertificates,
  ticketKeys: TicketKeys,
  options: Partial<ListenerOptions> = {},
): Promise<Listener> {
  const listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    tls: { ...(await pki.server()), requestClientCertificate: true, ticketKeys },
    logger: silentLogger,
    stopMs: 50,
    ...options,
  });
  listener.app.get('/who', { config: { access: 'public' } }, async (request) => ({
    serial: peerCertificate(request)?.serial ?? null,
    isResumed: request.raw.socket instanceof Object && isResumed(request.raw.socket),
  }));
  await listener.listen();
  return listener;
}

function isResumed(socket: object): boolean {
  return 'isSessionReused' in socket && (socket as TLSSocket).isSessionReused();
}

interface Visit {
  /** What the server saw. */
  readonly seen: unknown;
  /** What the client saw. */
  readonly isResumed: boolean;
  readonly session: Buffer;
  readonly socket: TLSSocket;
}

/** One request over a new connection that stays open; the session is the newest that the client has then. */
async function visit(
  listener: Listener,
  pki: TestCertificates,
  identity: { cert?: string; key?: string },
  session?: Buffer,
): Promise<Visit> {
  const address = listener.app.server.address();
  assert.ok(address !== null && typeof address === 'object');
  const socket = connect({
    ...identity,
    ...(session && { session }),
    port: address.port,
    host: '127.0.0.1',
    ca: pki.issuer.caCertificate,
  });
  let newest = session;
  socket.on('session', (ticket: Buffer) => {
    newest = ticket;
  });
  await once(socket, 'secureConnect');
  socket.write('GET /who HTTP/1.1\r\nhost: x\r\n\r\n');
  // Tickets come before the first answer.
  const [answer] = await once(socket, 'data');
  assert.ok(newest);
  const body = String(answer).split('\r\n\r\n')[1] ?? '';
  return {
    seen: JSON.parse(body),
    isResumed: socket.isSessionReused(),
    session: newest,
    socket,
  };
}

test('a session outlives the process and its certificate, and both ends see it resumed with the client certificate', async () => {
  await using pki = await testCertificates();
  const identity = await pki.client(URI);
  const keys = only(newKey());
  const before = await listening(pki, keys);
  const first = await visit(before, pki, identity);
  assert.deepEqual(first.seen, { serial: identity.serial, isResumed: false });
  await before.close();
  await using after = await listening(pki, keys);
  const second = await visit(after, pki, identity, first.session);
  assert.deepEqual(second.seen, { serial: identity.serial, isResumed: true });
  assert.equal(second.isResumed, true);
});

test('without the keys of before, a ticket is worth nothing and the handshake is a full one', async () => {
  await using pki = await testCertificates();
  const identity = await pki.client(URI);
  const before = await listening(pki, only(newKey()));
  const first = await visit(before, pki, identity);
  await before.close();
  await using after = await listening(pki, only(newKey()));
  const second = await visit(after, pki, identity, first.session);
  assert.deepEqual(second.seen, { serial: identity.serial, isResumed: false });
});

test('after a rotation the former key opens tickets and seals none; after the next it is forgotten', async () => {
  await using pki = await testCertificates();
  const identity = await pki.client(URI);
  const [one, two, three] = [newKey(), newKey(), newKey()];
  await using listener = await listening(pki, only(one));
  const first = await visit(listener, pki, identity);
  listener.setTicketKeys({ current: two, former: [one] });
  const second = await visit(listener, pki, identity, first.session);
  assert.equal(second.isResumed, true);
  assert.notDeepEqual(second.session, first.session);
  listener.setTicketKeys({ current: three, former: [two] });
  assert.equal((await visit(listener, pki, identity, first.session)).isResumed, false);
  assert.equal((await visit(listener, pki, identity, second.session)).isResumed, true);
});

test('sessions go on when the server certificate is renewed', async () => {
  await using pki = await testCertificates();
  const identity = await pki.client(URI);
  await using listener = await listening(pki, only(newKey()));
  const first = await visit(listener, pki, identity);
  listener.setTls(await pki.server());
  const second = await visit(listener, pki, identity, first.session);
  assert.deepEqual(second.seen, { serial: identity.serial, isResumed: true });
});

test('a ticket of a client with a foreign certificate, or with none, makes nobody of it', async () => {
  await using pki = await testCertificates();
  await using foreign = await testCertificates('Foreign');
  await using listener = await listening(pki, only(newKey()));
  for (const identity of [await foreign.client(URI), {}]) {
    const first = await visit(listener, pki, identity);
    assert.deepEqual(first.seen, { serial: null, isResumed: false });
    const second = await visit(listener, pki, identity, first.session);
    assert.deepEqual(second.seen, { serial: null, isResumed: true });
  }
});

test('a ticket with a changed byte is worth nothing', async () => {
  await using pki = await testCertificates();
  const identity = await pki.client(URI);
  const key = newKey();
  await using listener = await listening(pki, only(key));
  const { session } = await visit(listener, pki, identity);
  const name = Buffer.from(key.subarray(0, 16));
  const at = session.indexOf(name);
  assert.ok(at > 0, 'the ticket begins with the name of its key');
  const forged = Buffer.from(session);
  forged[at + 40] = (forged[at + 40] ?? 0) ^ 1;
  assert.equal((await visit(listener, pki, identity, forged)).isResumed, false);
});

test('a stranger who resumes a session stays a stranger (attack 12)', async () => {
  await using pki = await testCertificates();
  await using listener = await listening(pki, only(newKey()), { bounds: { perAddress: 3 } });
  const { session } = await visit(listener, pki, {});
  await visit(listener, pki, {}, session);
  await visit(listener, pki, {}, session);
  await assert.rejects(visit(listener, pki, {}, session), { code: 'ECONNRESET' });
});

test('a key of another length is refused at once', async () => {
  await using pki = await testCertificates();
  await assert.rejects(listening(pki, only(new Uint8Array(32))), RangeError);
});
