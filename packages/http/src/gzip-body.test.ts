import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { silentLogger } from '@moorline/kernel';
import { createListener, type Listener } from './listener.ts';

const LIMIT = 64 * 1024;

async function storing(): Promise<{ listener: Listener; url: string }> {
  const listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  const answer = async (request: { body: unknown }): Promise<unknown> => ({
    bytes: JSON.stringify(request.body).length,
  });
  listener.app.post(
    '/packed',
    { config: { access: 'public', gzip: true }, bodyLimit: LIMIT },
    answer,
  );
  listener.app.post('/plain', { config: { access: 'public' }, bodyLimit: LIMIT }, answer);
  const { url } = await listener.listen();
  return { listener, url };
}

async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  encoding: string,
): Promise<[number, string]> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
  });
  return [response.status, await response.text()];
}

test('a gzipped body is unpacked where the route takes it', async () => {
  const { listener, url } = await storing();
  await using _ = listener;
  const json = JSON.stringify({ text: 'x'.repeat(1000) });
  const [status, body] = await post(`${url}/packed`, gzipSync(json), 'gzip');
  assert.equal(status, 200);
  assert.equal(body, `{"bytes":${json.length}}`);
});

test('a small body that becomes a large one is refused at the limit (attack 12)', async () => {
  const { listener, url } = await storing();
  await using _ = listener;
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
  assert.ok(bomb.length < LIMIT);
  const [status, body] = await post(`${url}/packed`, bomb, 'gzip');
  assert.equal(status, 413);
  assert.match(body, /request\.too_large/);
  assert.match(body, /"limitBytes":65536/);
});

test('the limit counts without compression too', async () => {
  const { listener, url } = await storing();
  await using _ = listener;
  const json = Buffer.from(JSON.stringify({ text: 'x'.repeat(LIMIT) }));
  assert.equal((await post(`${url}/packed`, json, 'identity'))[0], 413);
  assert.equal((await post(`${url}/plain`, json, 'identity'))[0], 413);
});

test('a body that is not gzip, or is cut short, is malformed', async () => {
  const { listener, url } = await storing();
  await using _ = listener;
  const whole = gzipSync('{"a":1}');
  for (const body of [Buffer.from('{"a":1}'), whole.subarray(0, whole.length - 6)]) {
    const [status, text] = await post(`${url}/packed`, body, 'gzip');
    assert.equal(status, 400);
    assert.match(text, /request\.malformed/);
  }
});

test('gzip where the route does not take it, and any other encoding, is refused', async () => {
  const { listener, url } = await storing();
  await using _ = listener;
  assert.equal((await post(`${url}/plain`, gzipSync('{}'), 'gzip'))[0], 415);
  assert.equal((await post(`${url}/packed`, brotliCompressSync('{}'), 'br'))[0], 415);
  assert.equal((await post(`${url}/packed`, gzipSync(gzipSync('{}')), 'gzip, gzip'))[0], 415);
});

test('the connection serves on after a refused body', async () => {
  const { listener, url } = await storing();
  await using _ = listener;
  for (let round = 0; round < 5; round++) {
    await post(`${url}/packed`, gzipSync(Buffer.alloc(1024 * 1024, ' ')), 'gzip');
    assert.equal((await post(`${url}/packed`, gzipSync('{}'), 'gzip'))[0], 200);
  }
});
