import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { openLocalCa } from '@moorline/pki';
import { createHttpsFetch } from './https-fetch.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-fetch-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const newCa = (name: string) =>
  openLocalCa({
    folder: join(scratch, name),
    name,
    clock: systemClock,
    entropy: systemEntropy,
    logger: silentLogger,
  });
const ca = await newCa('ca');
const credentials = await ca.issueServer(['localhost']);

async function withServer(
  listener: RequestListener,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer({ cert: credentials.cert, key: credentials.key }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(`https://localhost:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('a request goes out with method, headers and body, and its answer comes back', async () => {
  await withServer(
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.writeHead(201, {
        'content-type': 'application/json',
        'x-seen': `${request.method}`,
      });
      response.end(JSON.stringify({ body, token: request.headers.authorization }));
    },
    async (url) => {
      const response = await createHttpsFetch(ca.caCertificate)(`${url}/a?b=c`, {
        method: 'PATCH',
        headers: new Headers({ authorization: 'Bearer t' }),
        body: 'é',
      });
      assert.equal(response.status, 201);
      assert.equal(response.headers.get('x-seen'), 'PATCH');
      assert.deepEqual(await response.json(), { body: 'é', token: 'Bearer t' });
    },
  );
});

test('a body streams: its first part is there before the last is sent', async () => {
  const finish = Promise.withResolvers<void>();
  await withServer(
    async (_request, response) => {
      response.write('one');
      await finish.promise;
      response.end('two');
    },
    async (url) => {
      const response = await createHttpsFetch(ca.caCertificate)(url, {});
      const reader = response.body?.getReader();
      assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'one');
      finish.resolve();
      assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'two');
    },
  );
});

test('an answer without a body is one', async () => {
  await withServer(
    (_request, response) => response.writeHead(204, { 'moorline-action-id': 'a1' }).end(),
    async (url) => {
      const response = await createHttpsFetch(ca.caCertificate)(url, { method: 'POST' });
      assert.deepEqual([response.status, response.headers.get('moorline-action-id')], [204, 'a1']);
      assert.equal(await response.text(), '');
    },
  );
});

test('a server whose certificate another authority signed is not spoken to', async () => {
  let asked = 0;
  const other = await newCa('other');
  await withServer(
    (_request, response) => {
      asked++;
      response.end();
    },
    async (url) => {
      await assert.rejects(createHttpsFetch(other.caCertificate)(url, {}), (error) => {
        assert.ok(error instanceof Error && 'code' in error);
        assert.match(String(error.code), /CERT|VERIFY/);
        return true;
      });
    },
  );
  assert.equal(asked, 0);
});

test('an abort ends a request that waits, and a body that streams', async () => {
  await withServer(
    (request, response) => {
      if (request.url === '/stream') response.write('one');
    },
    async (url) => {
      const fetch = createHttpsFetch(ca.caCertificate);
      const waiting = new AbortController();
      const answer = fetch(`${url}/wait`, { signal: waiting.signal });
      waiting.abort();
      await assert.rejects(answer, { name: 'AbortError' });
      const streaming = new AbortController();
      const response = await fetch(`${url}/stream`, { signal: streaming.signal });
      streaming.abort();
      await assert.rejects(response.text());
    },
  );
});
