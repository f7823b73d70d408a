import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  ActionsAnswer,
  AGENT_LIMITS,
  AGENT_PATHS,
  accepts,
  CLIENT_VERSION_HEADER,
  DesiredAnswer,
  IdentityAnswer,
} from '@moorline/contracts/agent';
import { testCertificates } from '@moorline/testkit/certificates';
import { ACTION_ID, IDENTITY, startGateway } from './gateway.fixture.ts';

const DEVICE = '0191d5a0-0000-7000-8000-0000000000d1';
const DEVICE_URI = `urn:moorline:device:${DEVICE}`;
const HASH = 'a'.repeat(64);
const AT = '2026-11-23T10:00:00.000Z';
const WHOLE = { className: 'OS', hash: HASH, collectedAt: AT, rows: [{ name: 'Debian' }] };
const ENROL = {
  protocol: 1,
  token: 'right',
  csr: 'PEM of a request',
  deviceName: 'PC-1<script>',
  clientVersion: '0.1.0',
};

function codeOf(body: unknown): unknown {
  assert.ok(body !== null && typeof body === 'object' && 'code' in body, String(body));
  return body.code;
}

test('a device without a certificate enrols with its token', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const answer = await test.ask(null, 'POST', AGENT_PATHS.enrol, { body: ENROL });
  assert.equal(answer.status, 200);
  assert.ok(accepts(IdentityAnswer, answer.body));
  assert.deepEqual(answer.body, { ...IDENTITY, authorityName: 'HQ1' });
  const { protocol: _, ...request } = ENROL;
  assert.deepEqual(test.port.enrolments, [{ ...request, remoteAddress: '127.0.0.1' }]);
});

test('guessing tokens is slowed down, whatever X-Forwarded-For says (attack 24)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const statuses: number[] = [];
  for (let round = 0; round < 5; round++) {
    const headers = { 'x-forwarded-for': `198.51.100.${round}` };
    const body = { ...ENROL, token: `wrong ${round}` };
    const answer = await test.ask(null, 'POST', AGENT_PATHS.enrol, { body, headers });
    statuses.push(answer.status);
    if (answer.status === 429) assert.equal(answer.headers['retry-after'], '10');
  }
  assert.deepEqual(statuses, [403, 403, 403, 429, 429]);
  assert.equal(test.port.enrolments.length, 3);
});

test('an enrolment that is too large or not as the schema says never reaches the port', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  for (const [body, status] of [
    [{ ...ENROL, deviceName: 'x'.repeat(AGENT_LIMITS.enrolBytes) }, 413],
    [{ ...ENROL, csr: 'x'.repeat(9000) }, 400],
    [{ ...ENROL, deviceId: DEVICE }, 400],
    [{ ...ENROL, protocol: '1' }, 400],
    [{ ...ENROL, token: '' }, 400],
    [null, 400],
    [[], 400],
  ] as const) {
    const answer = await test.ask(null, 'POST', AGENT_PATHS.enrol, { body });
    assert.equal(answer.status, status);
  }
  assert.deepEqual(test.port.enrolments, []);
});

test('every other path needs the certificate of a device (attack 6)', async () => {
  await using pki = await testCertificates();
  await using stranger = await testCertificates();
  await using test = await startGateway(await pki.server());
  const connector = await pki.client('urn:moorline:connector:0191d5a0-0000-7000-8000-0000000000c1');
  const foreign = await stranger.client(DEVICE_URI);
  for (const [method, path] of [
    ['POST', AGENT_PATHS.renew],
    ['POST', AGENT_PATHS.documents],
    ['GET', AGENT_PATHS.desired],
    ['GET', AGENT_PATHS.actions],
    ['POST', AGENT_PATHS.reports],
  ] as const) {
    for (const [identity, status, code] of [
      [null, 401, 'request.certificate_required'],
      [foreign, 401, 'request.certificate_required'],
      [connector, 403, 'agent.not_a_device'],
    ] as const) {
      const answer = await test.ask(identity, method, path);
      assert.equal(answer.status, status);
      assert.equal(codeOf(answer.body), code);
    }
  }
  assert.deepEqual(test.port.calls, []);
});

test("a revoked certificate is refused with the port's code from the next request on", async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  assert.equal((await test.ask(device, 'GET', AGENT_PATHS.actions)).status, 200);
  test.port.revoked.add(device.serial);
  const answer = await test.ask(device, 'GET', AGENT_PATHS.actions);
  assert.equal(answer.status, 403);
  assert.equal(codeOf(answer.body), 'enrolment.certificate_revoked');
});

test('a device reads its desired state from a cursor, its actions, and renews', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const desired = await test.ask(device, 'GET', `${AGENT_PATHS.desired}?cursor=6`);
  assert.ok(accepts(DesiredAnswer, desired.body));
  assert.equal(desired.body.cursor, '7');
  assert.equal(desired.body.actionsWaiting, true);
  assert.equal(desired.body.documents[0]?.body.policyPollMinutes, 60);
  await test.ask(device, 'GET', AGENT_PATHS.desired);
  const actions = await test.ask(device, 'GET', AGENT_PATHS.actions);
  assert.ok(accepts(ActionsAnswer, actions.body));
  assert.equal(actions.body.actions[0]?.id, ACTION_ID);
  const renewed = await test.ask(device, 'POST', AGENT_PATHS.renew, { body: { csr: 'next' } });
  assert.ok(accepts(IdentityAnswer, renewed.body));
  assert.equal(renewed.body.deviceId, DEVICE);
  assert.deepEqual(test.port.calls, [
    `desired ${DEVICE} 6`,
    `desired ${DEVICE} null`,
    `renew ${device.serial} next`,
  ]);
});

test('a contact is told with the version of the client, when that is one', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  for (const version of ['0.1.0', '<script>']) {
    const headers = { [CLIENT_VERSION_HEADER]: version };
    await test.ask(device, 'GET', AGENT_PATHS.actions, { headers });
  }
  assert.deepEqual(test.port.contacts, [
    { clientVersion: '0.1.0', remoteAddress: '127.0.0.1' },
    { remoteAddress: '127.0.0.1' },
  ]);
});

test('documents arrive whole or as deltas, gzipped or not', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const delta = {
    ...{ className: 'Process', hash: HASH, collectedAt: AT },
    ...{ baseHash: 'b'.repeat(64), put: [{ pid: 1 }], drop: ['[2]'] },
  };
  const bytes = gzipSync(JSON.stringify({ documents: [WHOLE, delta] }));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const answer = await test.ask(device, 'POST', AGENT_PATHS.documents, { bytes, headers });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, { stored: ['OS', 'Process'], resync: [] });
  assert.deepEqual(
    test.port.documents.map((document) => document.content),
    [
      { kind: 'whole', rows: WHOLE.rows },
      { kind: 'delta', baseHash: delta.baseHash, put: delta.put, drop: delta.drop },
    ],
  );
});

test('an unknown base is answered 409 with the classes to send whole and those stored', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  test.port.resync.add('Bios');
  const body = { documents: [WHOLE, { ...WHOLE, className: 'Bios' }] };
  const answer = await test.ask(device, 'POST', AGENT_PATHS.documents, { body });
  assert.equal(answer.status, 409);
  assert.equal(codeOf(answer.body), 'inventory.resync');
  assert.ok(answer.body !== null && typeof answer.body === 'object');
  assert.deepEqual('resync' in answer.body && answer.body.resync, ['Bios']);
  assert.deepEqual('stored' in answer.body && answer.body.stored, ['OS']);
});

test('documents that are neither whole nor a delta, twice the same, or from no time are refused (attack 13)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const { rows, ...bare } = WHOLE;
  for (const [documents, code] of [
    [[bare], 'agent.document_form'],
    [[{ ...WHOLE, baseHash: HASH }], 'agent.document_form'],
    [[{ ...bare, baseHash: HASH, put: rows }], 'agent.document_form'],
    [[{ ...WHOLE, drop: [] }], 'agent.document_form'],
    [[WHOLE, WHOLE], 'agent.document_twice'],
    [[{ ...WHOLE, collectedAt: '0000-01-01T00:00:00Z' }], 'agent.time_invalid'],
    [[{ ...WHOLE, collectedAt: '9999-12-31T23:59:59Z' }], 'agent.time_invalid'],
    [[{ ...WHOLE, collectedAt: 'yesterday' }], 'agent.time_invalid'],
    [[{ ...WHOLE, hash: 'A'.repeat(64) }], 'request.invalid'],
    [[{ ...WHOLE, deviceId: DEVICE }], 'request.invalid'],
    [[{ ...WHOLE, rows: [1] }], 'request.invalid'],
    [[{ ...WHOLE, rows: 'x' }], 'request.invalid'],
    [[], 'request.invalid'],
    [Array.from({ length: 65 }, (_, i) => ({ ...WHOLE, className: `C${i}` })), 'request.invalid'],
  ] as const) {
    const answer = await test.ask(device, 'POST', AGENT_PATHS.documents, { body: { documents } });
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer.body), code);
  }
  assert.deepEqual(test.port.documents, []);
});

test('a gzip bomb of documents is refused at the limit after decompression (attack 12)', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const bytes = gzipSync(Buffer.alloc(AGENT_LIMITS.documentsBytes + 1, ' '), { level: 9 });
  assert.ok(bytes.length < 20_000);
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const answer = await test.ask(device, 'POST', AGENT_PATHS.documents, { bytes, headers });
  assert.equal(answer.status, 413);
  assert.equal(codeOf(answer.body), 'request.too_large');
});

test('a device has one request with documents under way at a time', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const [device, other] = await Promise.all([
    pki.client(DEVICE_URI),
    pki.client('urn:moorline:device:0191d5a0-0000-7000-8000-0000000000d2'),
  ]);
  const storing = Promise.withResolvers<void>();
  const stored = Promise.withResolvers<void>();
  test.port.putDocuments = async (_device, documents) => {
    storing.resolve();
    await stored.promise;
    return { stored: documents.map((document) => document.className), resync: [] };
  };
  const body = { documents: [WHOLE] };
  const first = test.ask(device, 'POST', AGENT_PATHS.documents, { body });
  await storing.promise;
  const second = await test.ask(device, 'POST', AGENT_PATHS.documents, { body });
  assert.equal(second.status, 429);
  assert.equal(codeOf(second.body), 'agent.documents_under_way');
  const ofAnother = test.ask(other, 'POST', AGENT_PATHS.documents, { body });
  stored.resolve();
  assert.deepEqual([(await first).status, (await ofAnother).status], [200, 200]);
  assert.equal((await test.ask(device, 'POST', AGENT_PATHS.documents, { body })).status, 200);
});

test('reports reach the port; one with a wrong id, time or state does not', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const report = { id: ACTION_ID, state: 'running', at: AT, result: null };
  const send = (wrong: object): ReturnType<typeof test.ask> =>
    test.ask(device, 'POST', AGENT_PATHS.reports, { body: { reports: [{ ...report, ...wrong }] } });
  assert.equal((await send({})).status, 204);
  for (const [wrong, code] of [
    [{ id: 'not an id' }, 'agent.id_invalid'],
    [{ at: 'now' }, 'agent.time_invalid'],
    [{ state: 'refused' }, 'request.invalid'],
    [{ result: { errorCode: 0.5, message: '', details: {} } }, 'request.invalid'],
  ] as const) {
    const answer = await send(wrong);
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer.body), code);
  }
  assert.deepEqual(test.port.reports, [report]);
});

test('a piece of a file reaches the port, and says how much there is; one that is too large does not', async () => {
  await using pki = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const data = Buffer.from('PK');
  const piece = { id: ACTION_ID, offset: 0, sizeBytes: 2, sha256: HASH };
  const send = (change: object): ReturnType<typeof test.ask> =>
    test.ask(device, 'POST', AGENT_PATHS.files, {
      body: { ...piece, data: data.toString('base64'), ...change },
    });
  assert.deepEqual((await send({})).body, { receivedBytes: 2 });
  for (const [change, status] of [
    [{ id: '../../etc/passwd' }, 400],
    [{ sha256: '../../etc/passwd' }, 400],
    [{ sizeBytes: 101 * 1024 * 1024 }, 400],
    [{ data: '<script>' }, 400],
    [{ data: 'A'.repeat(3 * 1024 * 1024) }, 413],
  ] as const) {
    assert.equal((await send(change)).status, status);
  }
  assert.deepEqual(test.port.pieces, [{ ...piece, data }]);
});

test('what is refused is told once, with who sent it; what the protocol lives with is not', async () => {
  await using pki = await testCertificates();
  await using stranger = await testCertificates();
  await using test = await startGateway(await pki.server());
  const device = await pki.client(DEVICE_URI);
  const connectorUri = 'urn:moorline:connector:0191d5a0-0000-7000-8000-0000000000c1';
  const connector = await pki.client(connectorUri);
  test.port.resync.add('OS');
  await test.ask(device, 'POST', AGENT_PATHS.documents, { body: { documents: [WHOLE] } });
  await test.ask(device, 'POST', AGENT_PATHS.documents, { body: { documents: [] } });
  await test.ask(connector, 'GET', AGENT_PATHS.actions);
  await test.ask(await stranger.client(DEVICE_URI), 'GET', AGENT_PATHS.actions);
  await test.ask(null, 'POST', AGENT_PATHS.enrol, { body: { ...ENROL, deviceId: DEVICE } });
  await once(test.dial(connector), 'error');
  assert.deepEqual(
    test.refusals.map(({ actor, target, code }) => [actor, target, code]),
    [
      [`device ${DEVICE}`, `POST ${AGENT_PATHS.documents}`, 'request.invalid'],
      [connectorUri, `GET ${AGENT_PATHS.actions}`, 'agent.not_a_device'],
      ['127.0.0.1', `GET ${AGENT_PATHS.actions}`, 'request.certificate_required'],
      ['127.0.0.1', `POST ${AGENT_PATHS.enrol}`, 'request.invalid'],
      [connectorUri, `GET ${AGENT_PATHS.channel}`, 'agent.not_a_device'],
    ],
  );
});

test('a device that floods is told to wait, and no other is (attack 14)', async () => {
  await using pki = await testCertificates();
  const quotas = {
    requestBurst: 5,
    requestsPerSecond: 0.1,
    documentBurst: 2,
    documentsPerSecond: 1,
  };
  await using test = await startGateway(await pki.server(), { quotas });
  const device = await pki.client(DEVICE_URI);
  const other = await pki.client('urn:moorline:device:0191d5a0-0000-7000-8000-0000000000d2');
  const body = { documents: [WHOLE] };
  const statuses: number[] = [];
  for (let round = 0; round < 3; round++) {
    statuses.push((await test.ask(device, 'POST', AGENT_PATHS.documents, { body })).status);
  }
  assert.deepEqual(statuses, [200, 200, 429]);
  await test.ask(device, 'GET', AGENT_PATHS.actions);
  await test.ask(device, 'GET', AGENT_PATHS.actions);
  const flooded = await test.ask(device, 'GET', AGENT_PATHS.actions);
  assert.equal(flooded.status, 429);
  assert.equal(codeOf(flooded.body), 'request.too_many_requests');
  assert.ok(Number(flooded.headers['retry-after']) >= 1);
  assert.equal((await test.ask(other, 'GET', AGENT_PATHS.actions)).status, 200);
});
