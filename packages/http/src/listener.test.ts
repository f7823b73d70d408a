import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { MoorlineError, silentLogger } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { Type } from 'typebox';
import { createListener, type Listener, type ListenerOptions } from './listener.ts';
import { peerCertificate } from './peer-certificate.ts';

const PUBLIC = { config: { access: 'public' } } as const;

function plain(options: Partial<ListenerOptions> = {}): Promise<Listener> {
  return createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    stopMs: 200,
    ...options,
  });
}

/** Sends bytes as they are and reads until the server closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

async function codeOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  assert.ok(body !== null && typeof body === 'object' && 'code' in body);
  return body.code;
}

function refusedAs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof MoorlineError && error.code === code;
}

test('a route that does not say who may call it fails at registration', async () => {
  await using listener = await plain();
  assert.throws(
    () => listener.app.get('/open', async () => 'x'),
    /\/open does not say who may call/,
  );
});

test('a route for peers fails at registration where no client certificate is asked for', async () => {
  await using listener = await plain();
  assert.throws(
    () => listener.app.get('/peer', { config: { access: 'peer' } }, async () => 'x'),
    /asks for no client certificate/,
  );
  assert.throws(() => listener.onUpgrade('/channel', async () => {}), /no client certificate/);
});

test('a plain listener beyond loopback is refused', async () => {
  await assert.rejects(plain({ host: '0.0.0.0' }), refusedAs('http.plain_beyond_loopback'));
});

test('a busy port is said to be busy', async () => {
  await using first = await plain();
  const { port } = await first.listen();
  await using second = await plain({ port });
  await assert.rejects(second.listen(), refusedAs('http.port_in_use'));
});

test('an address that this machine does not have is said so', async () => {
  await using pki = await testCertificates();
  await using listener = await plain({ host: '203.0.113.1', tls: await pki.server() });
  await assert.rejects(listener.listen(), refusedAs('http.cannot_listen'));
});

test('a plain listener answers only to loopback names, against DNS rebinding', async () => {
  await using listener = await plain();
  listener.app.get('/x', PUBLIC, async () => ({ ok: true }));
  const { port } = await listener.listen();
  const get = (host: string): Promise<string> =>
    raw(port, `GET /x HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  assert.match(await get(`localhost:${port}`), /^HTTP\/1.1 200/);
  assert.match(await get(`[::1]:${port}`), /^HTTP\/1.1 200/);
  for (const host of [`evil.example:${port}`, 'localhost', `localhost:${port}.evil.example`, '']) {
    assert.match(await get(host), /^HTTP\/1.1 421[\s\S]*request.host_unknown/);
  }
});

test('X-Forwarded headers of a stranger change neither host nor address (attack 24)', async () => {
  await using listener = await plain();
  listener.app.get('/x', PUBLIC, async (request) => ({ ip: request.ip, host: request.host }));
  const { port } = await listener.listen();
  const response = await fetch(`http://localhost:${port}/x`, {
    headers: { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-host': 'evil.example' },
  });
  assert.deepEqual(await response.json(), { ip: '127.0.0.1', host: `localhost:${port}` });
});

test('a proxy on the list is believed', async () => {
  await using listener = await plain({ trustedProxies: ['127.0.0.1/32'] });
  listener.app.get('/x', PUBLIC, async (request) => ({ ip: request.ip }));
  const { url } = await listener.listen();
  const response = await fetch(`${url}/x`, { headers: { 'x-forwarded-for': '198.51.100.7' } });
  assert.deepEqual(await response.json(), { ip: '198.51.100.7' });
});

test('a request with headers beyond the limit, or none that is HTTP, gets one answer and the end', async () => {
  await using listener = await plain();
  const { port } = await listener.listen();
  assert.match(await raw(port, `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n`), /^HTTP\/1.1 400/);
  assert.match(await raw(port, 'hello\r\n\r\n'), /^HTTP\/1.1 400[\s\S]*request.malformed/);
});

test('a connection that never finishes its headers is cut off (attack 12)', async () => {
  await using listener = await plain({ timeouts: { headersMs: 40, requestMs: 80, checkMs: 20 } });
  const { port } = await listener.listen();
  assert.match(await raw(port, 'GET / HTTP/1.1\r\nhost: x\r\n'), /did not arrive in time/);
  assert.equal((await raw(port, '')).includes('200'), false);
});

test('a body that drips is cut off (attack 12)', async () => {
  await using listener = await plain({ timeouts: { headersMs: 40, requestMs: 80, checkMs: 20 } });
  listener.app.post('/x', PUBLIC, async () => 'x');
  const { port } = await listener.listen();
  const head = `POST /x HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/json\r\n`;
  const answer = await raw(port, `${head}content-length: 100\r\n\r\n{`);
  assert.doesNotMatch(answer, /^HTTP\/1.1 200/);
});

test('connections of one address beyond the bound are cut off, and the next is taken when one ends (attack 12)', async () => {
  await using listener = await plain({ bounds: { perAddress: 2 } });
  listener.app.get('/x', PUBLIC, async () => 'x');
  const { port } = await listener.listen();
  const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all(open.map((socket) => once(socket, 'connect')));
  const third = connect(port, '127.0.0.1').on('error', () => {});
  await once(third, 'close');
  open[0]?.destroy();
  let answer = '';
  const request = `GET /x HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n\r\n`;
  while (answer === '') answer = await raw(port, request).catch(() => '');
  assert.match(answer, /^HTTP\/1.1 200/);
  open[1]?.destroy();
});

test('TLS below 1.3 is refused', async () => {
  await using pki = await testCertificates();
  await using listener = await plain({ tls: await pki.server() });
  const { port } = await listener.listen();
  const socket = tlsConnect({
    port,
    host: '127.0.0.1',
    ca: pki.issuer.caCertificate,
    maxVersion: 'TLSv1.2',
  });
  await assert.rejects(once(socket, 'secureConnect'), /protocol version/);
});

test('a renewed certificate is shown to new connections, and clients are still verified', async () => {
  await using pki = await testCertificates();
  const first = await pki.server();
  await using listener = await plain({ tls: { ...first, requestClientCertificate: true } });
  listener.app.get('/who', { config: { access: 'peer' } }, async (request) => ({
    uri: peerCertificate(request)?.uri,
  }));
  const { port } = await listener.listen();
  const client = await pki.client('urn:moorline:device:1');
  const ask = async (): Promise<{ serial: string; body: string }> => {
    const agent = new Agent({ ...client, ca: first.ca, maxCachedSessions: 0 });
    const request = httpsRequest({ host: '127.0.0.1', port, path: '/who', agent }).end();
    const [response] = await once(request, 'response');
    const serial = response.socket.getPeerCertificate().serialNumber;
    const body = await text(response);
    agent.destroy();
    return { serial, body };
  };
  const before = await ask();
  const { cert, key } = await pki.server();
  listener.setTls({ cert, key });
  const after = await ask();
  assert.notEqual(after.serial, before.serial);
  assert.equal(after.body, '{"uri":"urn:moorline:device:1"}');
});

test('only a certificate of our authority, for a client, makes a peer', async () => {
  await using ours = await testCertificates('HQ1');
  await using theirs = await testCertificates('HQ1');
  const server = await ours.server();
  await using listener = await plain({ tls: { ...server, requestClientCertificate: true } });
  listener.app.get('/peer', { config: { access: 'peer' } }, async () => ({}));
  listener.app.get('/open', PUBLIC, async () => ({}));
  const { port } = await listener.listen();
  const ask = async (
    path: string,
    identity: { cert?: string; key?: string },
  ): Promise<{ status: number; body: string }> => {
    const request = httpsRequest({
      ...{ host: '127.0.0.1', port, path, ca: server.ca, agent: false },
      ...identity,
    }).end();
    const [response] = await once(request, 'response');
    return { status: response.statusCode, body: await text(response) };
  };
  const uri = 'urn:moorline:device:1';
  assert.equal((await ask('/peer', await ours.client(uri))).status, 200);
  assert.equal((await ask('/open', {})).status, 200);
  for (const [identity, reason] of [
    [{}, 'none was shown'],
    [await theirs.client(uri), 'another authority issued it|its signature is false'],
    [await ours.client(uri, -1000), 'it has expired'],
    [{ cert: server.cert, key: server.key }, 'it is not for client authentication'],
  ] as const) {
    const { status, body } = await ask('/peer', identity);
    assert.equal(status, 401);
    assert.match(body, new RegExp(reason));
    assert.match(body, /request.certificate_required/);
  }
});

test('a resumed TLS session is still the peer that it was', async () => {
  await using pki = await testCertificates();
  const server = await pki.server();
  await using listener = await plain({ tls: { ...server, requestClientCertificate: true } });
  listener.app.get('/who', { config: { access: 'peer' } }, async (request) => ({
    uri: peerCertificate(request)?.uri,
  }));
  const { port } = await listener.listen();
  const identity = await pki.client('urn:moorline:device:7');
  const dial = { host: '127.0.0.1', port, ca: server.ca };
  const first = tlsConnect({ ...dial, ...identity });
  const [session] = await once(first, 'session');
  first.destroy();
  const second = tlsConnect({ ...dial, ...identity, session });
  await once(second, 'secureConnect');
  assert.equal(second.isSessionReused(), true);
  second.write('GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  assert.match(await text(second), /urn:moorline:device:7/);
});

test('a certificate that ends while its connection lasts makes no peer any more', async (t) => {
  await using pki = await testCertificates();
  const server = await pki.server();
  await using listener = await plain({ tls: { ...server, requestClientCertificate: true } });
  listener.app.get('/peer', { config: { access: 'peer' } }, async () => ({}));
  const { port } = await listener.listen();
  const identity = await pki.client('urn:moorline:device:1', 60_000);
  const agent = new Agent({ ...identity, ca: server.ca, keepAlive: true, maxSockets: 1 });
  const ask = async (): Promise<{ status: number; body: string; reused: boolean }> => {
    const request = httpsRequest({ host: '127.0.0.1', port, path: '/peer', agent }).end();
    const [response] = await once(request, 'response');
    const body = await text(response);
    return { status: response.statusCode, body, reused: request.reusedSocket };
  };
  assert.equal((await ask()).status, 200);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  const after = await ask();
  agent.destroy();
  assert.deepEqual([after.status, after.reused], [401, true]);
  assert.match(after.body, /it has expired/);
});

test('a stop lets a request under way end, and cuts off one that does not', async () => {
  const listener = await plain();
  const slowEntered = Promise.withResolvers<void>();
  const neverEntered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  listener.app.get('/slow', PUBLIC, async () => {
    slowEntered.resolve();
    await release.promise;
    return { done: true };
  });
  listener.app.get('/never', PUBLIC, () => {
    neverEntered.resolve();
    return new Promise(() => {});
  });
  const { url } = await listener.listen();
  const slow = fetch(`${url}/slow`);
  const cutOff = assert.rejects(fetch(`${url}/never`));
  await Promise.all([slowEntered.promise, neverEntered.promise]);
  const closed = listener.close();
  release.resolve();
  assert.deepEqual(await (await slow).json(), { done: true });
  await cutOff;
  await closed;
  await assert.rejects(fetch(`${url}/slow`));
});

test('a query string is read as its schema says, and unknown members are refused by name', async () => {
  await using listener = await plain();
  const querystring = Type.Object(
    { top: Type.Integer({ maximum: 10 }), all: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  );
  listener.app.get('/x', { ...PUBLIC, schema: { querystring } }, async (request) => request.query);
  const { url } = await listener.listen();
  assert.deepEqual(await (await fetch(`${url}/x?top=3&all=true`)).json(), { top: 3, all: true });
  for (const query of ['top=11', 'top=x', 'top=1&more=1', 'top=1&top=2', '']) {
    const response = await fetch(`${url}/x?${query}`);
    assert.equal(response.status, 400, query);
    assert.equal(await codeOf(response), 'request.invalid');
  }
});

test('a body is neither converted nor trimmed: what is not as declared is refused with its place', async () => {
  await using listener = await plain();
  const body = Type.Object({ count: Type.Integer() }, { additionalProperties: false });
  listener.app.post('/x', { ...PUBLIC, schema: { body } }, async (request) => request.body);
  const { url } = await listener.listen();
  const send = (json: string, type = 'application/json'): Promise<Response> =>
    fetch(`${url}/x`, { method: 'POST', body: json, headers: { 'content-type': type } });
  assert.equal((await send('{"count":1}')).status, 200);
  for (const [json, field] of [
    ['{"count":"1"}', 'body.count'],
    ['{"count":1,"more":1}', 'body.more'],
    ['{}', 'body.count'],
  ] as const) {
    const problem: unknown = await (await send(json)).json();
    assert.ok(problem !== null && typeof problem === 'object' && 'field' in problem);
    assert.equal(problem.field, field);
  }
  assert.equal(await codeOf(await send('{')), 'request.malformed');
  assert.equal(await codeOf(await send('')), 'request.malformed');
  assert.equal(await codeOf(await send('{"__proto__":{"count":1}}')), 'request.malformed');
  assert.equal(await codeOf(await send('count=1', 'text/plain')), 'request.media_type');
});

test('%2f, dot segments, semicolons, slashes and method overrides reach nothing by another name (attack 25)', async () => {
  await using listener = await plain();
  listener.app.get('/admin/list', { config: { access: 'actor' } }, async () => 'secret');
  listener.app.delete('/admin/list', PUBLIC, async () => 'deleted');
  listener.app.get('/open/:id', PUBLIC, async (request) => ({ id: request.params }));
  const { port } = await listener.listen();
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false });
    request.setHeader('host', `localhost:${port}`);
    const [response] = await once(request.end(), 'response');
    response.resume();
    return response.statusCode;
  };
  assert.equal(await ask('/admin/list'), 401);
  for (const path of [
    '/admin%2flist',
    '/admin%2Flist',
    '/admin/list/',
    '//admin/list',
    '/admin//list',
    '/open/..;/admin/list',
    '/open/../admin/list',
    '/open/%2e%2e/admin/list',
    '/admin;x=1/list',
    '/ADMIN/list',
    '/admin/list%00',
    '/admin/./list',
  ]) {
    assert.equal(await ask(path), 404, path);
  }
  assert.equal(await ask('/admin/%zz'), 400);
  for (const header of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
    assert.equal(await ask('/admin/list', { [header]: 'DELETE' }), 401);
  }
});
