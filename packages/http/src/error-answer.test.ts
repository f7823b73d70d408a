import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphError, Problem } from '@moorline/contracts/admin';
import { MoorlineError, silentLogger } from '@moorline/kernel';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { createListener, type Listener } from './listener.ts';

const PUBLIC = { config: { access: 'public' } } as const;
const REFUSAL = new MoorlineError(
  {
    code: 'things.refused',
    kind: 'failure',
    status: 409,
    text: 'The thing {name} is refused. Take another.',
  },
  { name: 'a<b', retryAfterSeconds: 7, resync: ['OS', 'Bios'] },
);

async function failing(logged: unknown[] = []): Promise<{ listener: Listener; url: string }> {
  const logger = { ...silentLogger, error: (fields: unknown) => logged.push(fields) };
  const listener = await createListener({ name: 'test', host: '127.0.0.1', port: 0, logger });
  const refuse = async (): Promise<never> => {
    throw REFUSAL;
  };
  listener.app.get('/things', PUBLIC, refuse);
  listener.app.get('/v1.0/things/:id', PUBLIC, refuse);
  listener.app.get(
    '/narrow',
    {
      ...PUBLIC,
      schema: { response: { 409: Type.Object({ only: Type.Optional(Type.String()) }) } },
    },
    refuse,
  );
  listener.app.get('/bug', PUBLIC, async () => {
    throw new Error('password=hunter2 at /srv/secret');
  });
  const { url } = await listener.listen();
  return { listener, url };
}

test('an error is problem details with its code, its details and the request id', async () => {
  const { listener, url } = await failing();
  await using _ = listener;
  const response = await fetch(`${url}/things`);
  assert.equal(response.status, 409);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(response.headers.get('retry-after'), '7');
  const body: unknown = await response.json();
  assert.ok(Check(Problem, body));
  assert.equal(body.code, 'things.refused');
  assert.equal(body.detail, 'The thing a<b is refused. Take another.');
  assert.equal(body.title, 'Conflict');
  assert.deepEqual('resync' in body && body.resync, ['OS', 'Bios']);
  assert.equal(body.requestId, response.headers.get('request-id'));
});

test("below /v1.0/ an error is Graph's envelope, with the caller's own request id", async () => {
  const { listener, url } = await failing();
  await using _ = listener;
  const response = await fetch(`${url}/v1.0/things/1`, {
    headers: { 'client-request-id': 'my-id.1' },
  });
  const body: unknown = await response.json();
  assert.ok(Check(GraphError, body));
  assert.equal(body.error.code, 'things.refused');
  assert.equal(body.error.innerError['client-request-id'], 'my-id.1');
  assert.equal(response.headers.get('client-request-id'), 'my-id.1');
});

test("a caller's request id that is not fit for a header is not repeated", async () => {
  const { listener, url } = await failing();
  await using _ = listener;
  const response = await fetch(`${url}/things`, {
    headers: { 'client-request-id': '<script>alert(1)</script>' },
  });
  assert.equal(response.headers.get('client-request-id'), null);
});

test("a route's response schema takes nothing out of an error", async () => {
  const { listener, url } = await failing();
  await using _ = listener;
  assert.match(await (await fetch(`${url}/narrow`)).text(), /things\.refused/);
});

test('a bug says nothing outside but a request id, and everything in the log (attack 30)', async () => {
  const logged: unknown[] = [];
  const { listener, url } = await failing(logged);
  await using _ = listener;
  const response = await fetch(`${url}/bug`);
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.doesNotMatch(text, /hunter2|secret/);
  assert.match(text, /internal\.unexpected/);
  const [entry] = logged;
  assert.ok(entry !== null && typeof entry === 'object' && 'requestId' in entry && 'err' in entry);
  assert.equal(entry.requestId, response.headers.get('request-id'));
  assert.match(String(entry.err), /hunter2/);
});

test('an unknown path is answered with the nearest known one', async () => {
  const { listener, url } = await failing();
  await using _ = listener;
  const near = await fetch(`${url}/v1.0/thigs/42`);
  assert.equal(near.status, 404);
  assert.match(await near.text(), /nearest path that exists is \/v1\.0\/things\/42/);
  const far = await (await fetch(`${url}/somewhere/else/entirely`)).text();
  assert.match(far, /request\.not_found/);
  assert.doesNotMatch(far, /nearest path/);
  assert.equal((await fetch(`${url}/${'a'.repeat(8000)}`)).status, 404);
});

test('every answer carries the security headers, errors and unknown paths too (attack 21)', async () => {
  const { listener, url } = await failing();
  await using _ = listener;
  for (const path of ['/things', '/nothing', '/bug']) {
    const { headers } = await fetch(url + path);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(headers.get('request-id') ?? '', /^[0-9a-f-]{36}$/);
    // It would hold for the plain loopback console too, which lives on the same name.
    assert.equal(headers.get('strict-transport-security'), null);
  }
});
