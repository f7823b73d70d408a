import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MoorlineError, silentLogger } from '@moorline/kernel';
import { serveConsole } from './console-files.ts';
import { createListener } from './listener.ts';

const PAGE = { accept: 'text/html,application/xhtml+xml' };

async function withConsole(work: (url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-console-'));
  await mkdir(join(folder, 'console', 'assets'), { recursive: true });
  await writeFile(join(folder, 'console', 'index.html'), '<!doctype html><title>Console</title>');
  await writeFile(join(folder, 'console', 'assets', 'index-B4x_9aQz.js'), 'export {};');
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
    const script = await fetch(`${url}/assets/index-B4x_9aQz.js`);
    assert.match(script.headers.get('content-type') ?? '', /javascript/);
    assert.match(script.headers.get('cache-control') ?? '', /immutable/);
    const icon = await fetch(`${url}/favicon.svg`);
    assert.equal(icon.headers.get('cache-control'), 'no-cache');
    const { etag } = Object.fromEntries(icon.headers);
    // Not by fetch: it adds `cache-control: no-cache` to a request with a condition.
    const request = httpRequest(`${url}/favicon.svg`, { headers: { 'if-none-match': etag } });
    const [again] = await once(request.end(), 'response');
    again.resume();
    assert.equal(again.statusCode, 304);
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
