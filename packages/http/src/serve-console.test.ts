import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { MoorlineError, silentLogger } from '@moorline/kernel';
import { createListener } from './listener.ts';
import { serveConsole } from './serve-console.ts';

const SCRIPT = `export {}; // ${'the same words again, '.repeat(200)}`;
const SCRIPT_PATH = '/assets/index-B4x_9aQz.js';
const PAGE = { accept: 'text/html,application/xhtml+xml' };

async function withConsole(work: (url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-console-'));
  await mkdir(join(folder, 'console', 'assets'), { recursive: true });
  await writeFile(join(folder, 'console', 'index.html'), '<!doctype html><title>Console</title>');
  const script = join(folder, 'console', 'assets', 'index-B4x_9aQz.js');
  await writeFile(script, SCRIPT);
  await writeFile(`${script}.br`, brotliCompressSync(SCRIPT));
  await writeFile(`${script}.gz`, gzipSync(SCRIPT));
  await writeFile(join(folder, 'console', 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await using listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  try {
    await serveConsole(listener.app, join(folder, 'console'));
    listener.app.get('/v1.0/things', { config: { access: 'actor' } }, async () => ({}));
    await work((await listener.listen()).url);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Not by fetch: it decodes, and adds `cache-control: no-cache` to a request with a condition. */
async function get(
  url: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; bytes: Buffer }> {
  const request = httpRequest(url, { headers, method });
  const [response]: IncomingMessage[] = await once(request.end(), 'response');
  assert.ok(response);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes: Buffer.concat(parts),
  };
}

test("the console's own routes and the root are its page, never cached", () =>
  withConsole(async (url) => {
    for (const path of ['/', '/devices/1?tab=hardware', '/sign-in']) {
      const response = await fetch(url + path, { headers: PAGE });
      assert.equal(response.headers.get('cache-control'), 'no-cache');
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(await response.text(), /<title>Console/);
    }
  }));

test('a file with a hash in its name is cached for ever, another is asked for again', () =>
  withConsole(async (url) => {
    const script = await fetch(url + SCRIPT_PATH);
    assert.match(script.headers.get('content-type') ?? '', /javascript/);
    assert.match(script.headers.get('cache-control') ?? '', /immutable/);
    const icon = await fetch(`${url}/favicon.svg`);
    assert.equal(icon.headers.get('cache-control'), 'no-cache');
    const { etag } = Object.fromEntries(icon.headers);
    const again = await get(`${url}/favicon.svg`, { 'if-none-match': etag ?? '' });
    assert.equal(again.status, 304);
    assert.equal(again.bytes.length, 0);
  }));

test('the compressed forms of a build are answered to whoever takes them, the best one first', () =>
  withConsole(async (url) => {
    const cases = [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['*', 'br'],
      ['*;q=0', undefined],
      ['br;q=nonsense', undefined],
      ['identity', undefined],
      ['', undefined],
    ] as const;
    for (const [accepted, encoding] of cases) {
      const { headers, bytes } = await get(url + SCRIPT_PATH, { 'accept-encoding': accepted });
      assert.equal(headers['content-encoding'], encoding, accepted);
      assert.equal(headers.vary, 'accept-encoding', accepted);
      assert.equal(headers['content-length'], String(bytes.length), accepted);
      assert.match(headers['content-type'] ?? '', /^text\/javascript/);
      assert.match(headers['cache-control'] ?? '', /immutable/);
      const decode = { br: brotliDecompressSync, gzip: gunzipSync };
      assert.equal((encoding ? decode[encoding](bytes) : bytes).toString(), SCRIPT, accepted);
    }
    const icon = await get(`${url}/favicon.svg`, { 'accept-encoding': 'br' });
    assert.equal(icon.headers['content-encoding'], undefined);
    assert.equal(icon.headers.vary, undefined);
  }));

test('every form has an etag of its own, and only that one spares its body', () =>
  withConsole(async (url) => {
    const etagOf = async (accepted: string): Promise<string> =>
      (await get(url + SCRIPT_PATH, { 'accept-encoding': accepted })).headers.etag ?? '';
    const [br, gzip, plain] = [await etagOf('br'), await etagOf('gzip'), await etagOf('identity')];
    assert.equal(new Set([br, gzip, plain]).size, 3);
    const ask = async (tags: string): Promise<number | undefined> =>
      (await get(url + SCRIPT_PATH, { 'accept-encoding': 'br', 'if-none-match': tags })).status;
    assert.equal(await ask(br), 304);
    assert.equal(await ask(`"other", W/${br}`), 304);
    assert.equal(await ask('*'), 304);
    assert.equal(await ask(`${gzip}, ${plain}`), 200);
  }));

test('a compressed form is no file of its own', () =>
  withConsole(async (url) => {
    assert.equal((await fetch(`${url}${SCRIPT_PATH}.br`)).status, 404);
    assert.equal((await fetch(`${url}${SCRIPT_PATH}.gz`)).status, 404);
  }));

test('HEAD tells what GET would, without it', () =>
  withConsole(async (url) => {
    const head = await get(url + SCRIPT_PATH, { 'accept-encoding': 'br' }, 'HEAD');
    const { headers, bytes } = await get(url + SCRIPT_PATH, { 'accept-encoding': 'br' });
    assert.equal(head.bytes.length, 0);
    assert.equal(head.headers['content-length'], String(bytes.length));
    assert.equal(head.headers.etag, headers.etag);
  }));

test('an unknown path of the API is no page, not even for a browser', () =>
  withConsole(async (url) => {
    const response = await fetch(`${url}/v1.0/nothing`, { headers: PAGE });
    assert.equal(response.status, 404);
    assert.match(await response.text(), /request\.not_found/);
    assert.equal((await fetch(`${url}/v1.0/things`, { headers: PAGE })).status, 401);
  }));

test('a missing file is 404 and not the page', () =>
  withConsole(async (url) => {
    assert.equal((await fetch(`${url}/assets/old-A1b2C3d4.js`)).status, 404);
  }));

test('no path leaves the folder', () =>
  withConsole(async (url) => {
    for (const path of ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/..%5c..%5csecret.txt']) {
      const response = await fetch(url + path);
      assert.equal(response.status, 404, path);
      assert.doesNotMatch(await response.text(), /^secret$/);
    }
  }));

test('a console that was never built is said so', async () => {
  await using listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  await assert.rejects(
    serveConsole(listener.app, join(tmpdir(), 'moorline-no-such-folder')),
    (error) => error instanceof MoorlineError && error.code === 'http.console_missing',
  );
});
