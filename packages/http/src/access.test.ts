import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CSRF_HEADER } from '@moorline/contracts/admin';
import { MoorlineError, silentLogger, type UserId } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import { authenticateWith } from './access.ts';
import { createListener, type Listener } from './listener.ts';

const ACTOR: Actor = {
  kind: 'user',
  userId: '0191d5a0-0000-7000-8000-000000000001' as UserId,
  name: 'admin',
  role: 'Administrator',
  via: 'session',
};

async function openConsole(): Promise<{ listener: Listener; url: string; deeds: string[] }> {
  const listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  const deeds: string[] = [];
  authenticateWith(listener.app, async (request) => {
    if (request.headers.authorization === 'Bearer expired') {
      throw new MoorlineError({
        code: 'access.session_expired',
        kind: 'failure',
        status: 401,
        text: 'The session has ended.',
      });
    }
    const known = request.headers.cookie === 's=1' || request.headers.authorization === 'Bearer t';
    return known ? ACTOR : null;
  });
  listener.app.get('/who', { config: { access: 'actor' } }, async (request) => request.actor);
  listener.app.post('/do', { config: { access: 'actor' } }, async () => {
    deeds.push('done');
    return {};
  });
  listener.app.post('/sign-in', { config: { access: 'public' } }, async (request) => ({
    actor: request.actor,
  }));
  const { url } = await listener.listen();
  return { listener, url, deeds };
}

async function post(url: string, headers: Record<string, string>): Promise<[number, string]> {
  const response = await fetch(url, { method: 'POST', headers });
  return [response.status, await response.text()];
}

test('an actor route answers 401 to a stranger and knows whom the authenticator knows', async () => {
  const { listener, url } = await openConsole();
  await using _ = listener;
  const stranger = await fetch(`${url}/who`);
  assert.equal(stranger.status, 401);
  assert.match(stranger.headers.get('www-authenticate') ?? '', /^Bearer /);
  const known = await fetch(`${url}/who`, { headers: { cookie: 's=1' } });
  assert.deepEqual(await known.json(), ACTOR);
});

test("an authenticator's own error is the answer", async () => {
  const { listener, url } = await openConsole();
  await using _ = listener;
  const response = await fetch(`${url}/who`, { headers: { authorization: 'Bearer expired' } });
  assert.equal(response.status, 401);
  assert.match(await response.text(), /access\.session_expired/);
});

test('a write by cookie needs the header that only our console sends (attack 21)', async () => {
  const { listener, url, deeds } = await openConsole();
  await using _ = listener;
  const [status, body] = await post(`${url}/do`, { cookie: 's=1' });
  assert.equal(status, 403);
  assert.match(body, /request\.console_header_missing/);
  assert.deepEqual(deeds, []);
  assert.equal((await post(`${url}/do`, { cookie: 's=1', [CSRF_HEADER]: '1' }))[0], 200);
});

test('a write by token needs no such header', async () => {
  const { listener, url } = await openConsole();
  await using _ = listener;
  assert.equal((await post(`${url}/do`, { authorization: 'Bearer t' }))[0], 200);
});

test('a write that a page of another origin sends is refused, on public routes too (attack 21)', async () => {
  const { listener, url, deeds } = await openConsole();
  await using _ = listener;
  const own = { cookie: 's=1', [CSRF_HEADER]: '1' };
  for (const foreign of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: url.replace('http:', 'https:') },
    { origin: url.replace(/:\d+$/, ':1') },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    for (const path of ['/do', '/sign-in']) {
      const [status, body] = await post(url + path, { ...own, ...foreign });
      assert.equal(status, 403);
      assert.match(body, /request\.foreign_origin/);
    }
  }
  assert.deepEqual(deeds, []);
  const same = { origin: url, 'sec-fetch-site': 'same-origin' };
  assert.equal((await post(`${url}/do`, { ...own, ...same }))[0], 200);
});

test('no answer lets another origin read it', async () => {
  const { listener, url } = await openConsole();
  await using _ = listener;
  const response = await fetch(`${url}/who`, {
    headers: { cookie: 's=1', origin: 'https://evil.example' },
  });
  assert.equal(response.headers.get('access-control-allow-origin'), null);
  assert.equal(response.headers.get('cross-origin-resource-policy'), 'same-origin');
});
