import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import {
  accepts,
  CHANNEL_CLOSE,
  DESIRED_CURSOR_HEADER,
  NudgeMessage,
} from '@moorline/contracts/agent';
import type { DeviceId } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { createFakeClock, type FakeClock } from '@moorline/testkit/clock';
import type { WebSocket } from 'ws';
import { startGateway } from './gateway.fixture.ts';

const ID = '0191d5a0-0000-7000-8000-0000000000d1' as DeviceId;
const URI = `urn:moorline:device:${ID}`;

function nudges(socket: WebSocket): NudgeMessage[] {
  const seen: NudgeMessage[] = [];
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(data.toString());
    assert.ok(accepts(NudgeMessage, message));
    seen.push(message);
  });
  return seen;
}

async function refusal(socket: WebSocket): Promise<[number, string]> {
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return [response.statusCode, body];
}

/** Lets the ping wheel turn, a second at a time, with real I/O in between. */
async function turn(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
}

test('an open channel is told to the port and counted, and so is its end', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  assert.equal(test.gateway.connectedCount(), 1);
  assert.deepEqual([...test.port.open.values()], [ID]);
  socket.close();
  await test.port.allClosed();
  assert.equal(test.gateway.connectedCount(), 0);
  assert.deepEqual(test.port.calls, [`opened ${ID}`, `closed ${ID}`]);
});

test('a channel is refused before the upgrade: no certificate, a connector, revoked, a browser (attack 21)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(URI);
  const revoked = await pki.client(URI);
  test.port.revoked.add(revoked.serial);
  const connector = await pki.client('urn:moorline:connector:1');
  for (const [identity, headers, status, code] of [
    [null, {}, 401, 'request.certificate_required'],
    [connector, {}, 403, 'agent.not_a_device'],
    [revoked, {}, 403, 'enrolment.certificate_revoked'],
    [device, { origin: 'https://evil.example' }, 403, 'request.foreign_origin'],
  ] as const) {
    const [answered, body] = await refusal(test.dial(identity, headers));
    assert.equal(answered, status);
    assert.ok(body.includes(code), body);
  }
  assert.deepEqual(test.port.calls, []);
});

test('a nudge reaches the device that is connected and nobody else', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  test.gateway.nudger.nudge('0191d5a0-0000-7000-8000-0000000000d2' as DeviceId, { desired: true });
  test.gateway.nudger.nudge(ID, {});
  test.gateway.nudger.nudge(ID, { actions: true });
  const [data] = await once(socket, 'message');
  assert.equal(data.toString(), '{"type":"nudge","actions":true}');
});

test('nudges are coalesced: one in flight and one queued, however many are asked for', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  const seen = nudges(socket);
  for (let count = 0; count < 1000; count++) {
    test.gateway.nudger.nudge(ID, count % 2 === 0 ? { desired: true } : { actions: true });
  }
  const pong = once(socket, 'pong');
  while (seen.length < 2) await once(socket, 'message');
  socket.ping();
  await pong;
  assert.deepEqual(seen, [
    { type: 'nudge', desired: true },
    { type: 'nudge', desired: true, actions: true },
  ]);
  test.gateway.nudger.nudge(ID, { desired: true });
  await once(socket, 'message');
  assert.equal(seen.length, 3);
});

test('classes that are asked for while a nudge is on its way go together, each once', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  const seen = nudges(socket);
  for (const name of ['OS', 'Process', 'Service', 'Process'])
    test.gateway.nudger.nudge(ID, { inventory: [name] });
  test.gateway.nudger.nudge(ID, { actions: true });
  while (seen.length < 2) await once(socket, 'message');
  assert.deepEqual(seen, [
    { type: 'nudge', inventory: ['OS'] },
    { type: 'nudge', actions: true, inventory: ['Process', 'Service'] },
  ]);
});

test('a second channel of a device takes the place of the first', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const identity = await pki.client(URI);
  const first = await test.connect(identity);
  const closed = once(first, 'close');
  const second = await test.connect(identity);
  const [code] = await closed;
  assert.equal(code, CHANNEL_CLOSE.replaced);
  assert.equal(test.gateway.connectedCount(), 1);
  assert.deepEqual(test.port.calls, [`opened ${ID}`, `opened ${ID}`, `closed ${ID}`]);
  test.gateway.nudger.nudge(ID, { desired: true });
  await once(second, 'message');
  second.close();
  await test.port.allClosed();
  assert.equal(test.gateway.connectedCount(), 0);
});

test('a device whose right has ended is disconnected, with a reason of any length', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  const closed = once(socket, 'close');
  test.gateway.nudger.disconnect(ID, 'revoked — '.repeat(60));
  assert.equal(test.gateway.connectedCount(), 0);
  assert.deepEqual([...test.port.open], []);
  const [code, reason] = await closed;
  assert.equal(code, CHANNEL_CLOSE.revoked);
  assert.match(reason.toString(), /^revoked — revoked/);
});

test('a revocation between the look-up and the upgrade still ends the channel', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const identity = await pki.client(URI);
  const { port } = test;
  port.channelOpened = (device, connectionId) => {
    port.open.set(connectionId, device.deviceId);
    port.revoked.add(identity.serial);
  };
  const socket = test.dial(identity);
  const [code, reason] = await once(socket, 'close');
  assert.equal(code, CHANNEL_CLOSE.revoked);
  assert.equal(reason.toString(), 'enrolment.certificate_revoked');
  assert.deepEqual([...port.open], []);
});

for (const [what, data] of [
  ['a text', 'hello'],
  ['bytes', Buffer.from([1, 2, 3])],
  ['a nudge', '{"type":"nudge","actions":true}'],
] as const) {
  test(`${what} from an agent closes its channel with 1003`, async () => {
    await using pki = await testCertificates();
    await using test = await startGateway(await pki.server());
    const socket = await test.connect(await pki.client(URI));
    socket.send(data);
    const [code] = await once(socket, 'close');
    assert.equal(code, 1003);
  });
}

test('a message beyond the limit closes the channel without being read (attack 12)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  socket.send(Buffer.alloc(100_000));
  const [code] = await once(socket, 'close');
  assert.equal(code, 1009);
});

test('an agent that sends pings without end is closed (attack 14)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const socket = await test.connect(await pki.client(URI));
  const closed = once(socket, 'close');
  for (let count = 0; count < 100; count++) socket.ping();
  const [code] = await closed;
  assert.equal(code, 1008);
});

test('a device that answers pings stays, and one that does not is cut off within two rounds', async () => {
  await using pki = await testCertificates();
  const clock = createFakeClock();
  await using test = await startGateway(await pki.server(), { clock });
  const alive = await test.connect(await pki.client(URI));
  const dead = await test.connect(
    await pki.client('urn:moorline:device:0191d5a0-0000-7000-8000-0000000000d2'),
  );
  // It neither reads nor answers, as a machine that lost its power.
  dead.pause();
  const pinged = once(alive, 'ping');
  await turn(clock, 56);
  await pinged;
  const again = once(alive, 'ping');
  await turn(clock, 56);
  await again;
  while (test.port.open.size > 1) await new Promise(setImmediate);
  assert.equal(test.gateway.connectedCount(), 1);
  assert.deepEqual([...test.port.open.values()], [ID]);
});

test('a channel ends with the certificate that opened it', async () => {
  await using pki = await testCertificates();
  const clock = createFakeClock(Date.now());
  await using test = await startGateway(await pki.server(), { clock });
  const socket = await test.connect(await pki.client(URI, 3_600_000));
  const closed = once(socket, 'close');
  clock.advance(3_600_000);
  await turn(clock, 56);
  const [code, reason] = await closed;
  assert.equal(code, 1008);
  assert.match(reason.toString(), /certificate has ended/);
});

test('a stop closes every channel with 1001 and takes no more', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const sockets = await Promise.all(
    [1, 2, 3].map(async (n) =>
      test.connect(await pki.client(`urn:moorline:device:0191d5a0-0000-7000-8000-00000000000${n}`)),
    ),
  );
  const codes = Promise.all(sockets.map(async (socket) => (await once(socket, 'close'))[0]));
  await test.gateway.close();
  assert.deepEqual(await codes, [1001, 1001, 1001]);
  assert.equal(test.gateway.connectedCount(), 0);
  assert.deepEqual([...test.port.open], []);
  const [status] = await refusal(test.dial(await pki.client(URI)));
  assert.equal(status, 503);
});

test('a stop does not wait for a device that does not answer', async () => {
  await using pki = await testCertificates();
  const clock = createFakeClock();
  await using test = await startGateway(await pki.server(), { clock });
  const socket = await test.connect(await pki.client(URI));
  socket.pause();
  const stopped = test.gateway.close();
  await turn(clock, 4);
  await stopped;
  await test.port.allClosed();
});

test('a device that tells its cursor is nudged for what it missed, once its channel is open', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const looked = Promise.withResolvers<{ actions: true }>();
  test.port.missing = () => looked.promise;
  const socket = test.dial(await pki.client(URI), { [DESIRED_CURSOR_HEADER]: '7' });
  const seen = nudges(socket);
  await once(socket, 'open');
  assert.deepEqual(seen, []);
  // What happens during the look is a nudge like any other.
  test.gateway.nudger.nudge(ID, { desired: true });
  await once(socket, 'message');
  looked.resolve({ actions: true });
  await once(socket, 'message');
  assert.deepEqual(seen, [
    { type: 'nudge', desired: true },
    { type: 'nudge', actions: true },
  ]);
  assert.deepEqual(test.port.calls, [`opened ${ID}`, `missed ${ID} 7`]);
});

test('a device that missed nothing, or tells no cursor, is not nudged', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const silent = test.dial(await pki.client(URI), { [DESIRED_CURSOR_HEADER]: '7' });
  const seen = nudges(silent);
  await once(silent, 'open');
  while (test.port.calls.length < 2) await new Promise(setImmediate);
  const other = await test.connect(
    await pki.client('urn:moorline:device:0191d5a0-0000-7000-8000-0000000000d2'),
  );
  const seenByOther = nudges(other);
  const told = [once(silent, 'message'), once(other, 'message')];
  test.gateway.nudger.nudgeAll({ desired: true });
  await Promise.all(told);
  assert.deepEqual(
    [...seen, ...seenByOther],
    [
      { type: 'nudge', desired: true },
      { type: 'nudge', desired: true },
    ],
  );
  assert.equal(test.port.calls.filter((call) => call.startsWith('missed')).length, 1);
});

test('a device whose look fails is told to ask for everything', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  test.port.missing = () => Promise.reject(new Error('the database is away'));
  const socket = test.dial(await pki.client(URI), { [DESIRED_CURSOR_HEADER]: '7' });
  const seen = nudges(socket);
  await once(socket, 'message');
  assert.deepEqual(seen, [{ type: 'nudge', desired: true, actions: true }]);
  assert.equal(test.gateway.connectedCount(), 1);
});
