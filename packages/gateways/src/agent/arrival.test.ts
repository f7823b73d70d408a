import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { AGENT_PATHS, RECONNECT_SPREAD_HEADER } from '@moorline/contracts/agent';
import { type TestCertificates, testCertificates } from '@moorline/testkit/certificates';
import { type Identity, startGateway, type TestGateway } from './gateway.fixture.ts';

const uriOf = (index: number): string =>
  `urn:moorline:device:0191d5a0-0000-7000-8000-0000000000e${index}`;

interface Arrival {
  readonly isResumed: boolean;
  readonly head: string;
  readonly session: Buffer | undefined;
  readonly socket: TLSSocket;
}

/** A channel asked for by hand, so that the session of the connection is to be had. */
async function arrive(
  gateway: TestGateway,
  pki: TestCertificates,
  identity: Identity,
  session?: Buffer,
): Promise<Arrival> {
  const socket = connect({
    ...identity,
    ...(session && { session }),
    port: gateway.tcpPort,
    host: '127.0.0.1',
    ca: pki.issuer.caCertificate,
  });
  let newest = session;
  socket.on('session', (ticket: Buffer) => {
    newest = ticket;
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  socket.write(
    `GET ${AGENT_PATHS.channel} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const [data] = await once(socket, 'data');
  return { isResumed: socket.isSessionReused(), head: String(data), session: newest, socket };
}

test('a device that was revoked cannot come in by a ticket (attack 6)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const identity = await pki.client(uriOf(1));
  const first = await arrive(test, pki, identity);
  assert.match(first.head, /^HTTP\/1.1 101 /);
  first.socket.destroy();
  const again = await arrive(test, pki, identity, first.session);
  assert.ok(again.isResumed);
  assert.match(again.head, /^HTTP\/1.1 101 /);
  again.socket.destroy();
  test.port.revoked.add(identity.serial);
  const revoked = await arrive(test, pki, identity, first.session);
  assert.ok(revoked.isResumed);
  assert.match(revoked.head, /^HTTP\/1.1 403 [\s\S]*enrolment\.certificate_revoked/);
  assert.equal(test.refusals.length, 1);
});

test('a certificate that has ended cannot come in by a ticket', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const identity = await pki.client(uriOf(1), 3_000);
  const first = await arrive(test, pki, identity);
  assert.match(first.head, /^HTTP\/1.1 101 /);
  const left = first.socket.getCertificate();
  assert.ok(left && 'valid_to' in left);
  const endsInMs = Date.parse(String(left.valid_to)) - Date.now();
  await new Promise((resolve) => setTimeout(resolve, endsInMs + 50));
  const late = await arrive(test, pki, identity, first.session);
  assert.match(late.head, /^HTTP\/1.1 401 [\s\S]*it has expired/);
});

test('more devices than can be looked up are told when to come again, and then they are let in', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server(), { maxArriving: 2 });
  const looking = Promise.withResolvers<void>();
  test.port.gate = looking.promise;
  const [one, two, three] = await Promise.all([1, 2, 3].map((index) => pki.client(uriOf(index))));
  assert.ok(one && two && three);
  const waiting = [test.dial(one), test.dial(two)];
  while (test.port.lookUps < 2) await new Promise((resolve) => setImmediate(resolve));
  const [, response]: [unknown, IncomingMessage] = (await once(
    test.dial(three),
    'unexpected-response',
  )) as [unknown, IncomingMessage]; // ws's event
  assert.equal(response.statusCode, 503);
  const retryAfter = Number(response.headers['retry-after']);
  assert.ok(retryAfter >= 5 && retryAfter < 15, `${retryAfter} s`);
  response.destroy();
  looking.resolve();
  await Promise.all(waiting.map((socket) => once(socket, 'open')));
  await test.connect(three);
  assert.equal(test.gateway.connectedCount(), 3);
});

test('a device is told over how long to spread its return', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const identity = await pki.client(uriOf(1));
  const { head } = await arrive(test, pki, identity);
  assert.match(head, new RegExp(`${RECONNECT_SPREAD_HEADER}: 1\r\n`));
  const answer = await test.ask(identity, 'GET', AGENT_PATHS.desired);
  assert.equal(answer.headers[RECONNECT_SPREAD_HEADER], '1');
});
