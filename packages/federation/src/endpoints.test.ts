import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import {
  WELL_KNOWN_IDLE_PATH,
  WELL_KNOWN_PATH,
  type WellKnown,
} from '@moorline/contracts/federation';
import { systemClock } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { useDatabases } from './testing/database.fixture.ts';
import { removeFolder, startTenant } from './testing/lab.fixture.ts';
import { survey } from './uplink/endpoints/survey.ts';
import { STATUS_MESSAGE_IDS, verdictOf } from './uplink/endpoints/verdict.ts';
import { FAILING_STATUSES } from './uplink/proxy/http-hints.ts';
import { createRoute } from './uplink/proxy/route.ts';
import { createTenantClient } from './uplink/tenant-client.ts';

const open = useDatabases();
const deps = { route: createRoute(null), clock: systemClock };

/** A gateway that says and answers what the test wants. */
async function withGateway(
  answer: { status?: number; wellKnown?: (port: number) => unknown },
  work: (tenant: { url: string; rootFingerprint: string }, port: number) => Promise<void>,
): Promise<void> {
  await using pki = await testCertificates('Contoso');
  const server = createServer(await pki.server(), (_request, response) => {
    const { port } = server.address() as AddressInfo;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.wellKnown?.(port) ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const url = `https://127.0.0.1:${port}`;
    await work({ url, rootFingerprint: pki.issuer.caFingerprint }, port);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

function published(endpoints: WellKnown['endpoints']): WellKnown {
  return { federation: { oldest: 1, newest: 1 }, time: new Date().toISOString(), endpoints };
}

test('attack 10: a host that the tenant names outside its own is not contacted', async () => {
  let knocks = 0;
  const bystander = createTcpServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  bystander.listen(0, '127.0.0.2');
  await once(bystander, 'listening');
  const { port: foreignPort } = bystander.address() as AddressInfo;
  const of = (id: string, host: string, port: number) =>
    ({ id, host, port, transport: 'https', purpose: 'x', critical: true, since: '0.1.0' }) as const;
  await withGateway(
    {
      wellKnown: (port) =>
        published([of('gateway', '127.0.0.1', port), of('lan', '127.0.0.2', foreignPort)]),
    },
    async (tenant) => {
      const seen = await survey(tenant, deps);
      assert.deepEqual(
        seen.endpoints.map(({ endpoint, result }) => [endpoint.id, result?.passed ?? null]),
        [
          ['gateway', true],
          ['lan', null],
        ],
      );
    },
  );
  assert.equal(knocks, 0);
  bystander.close();
});

test('any answer is connectivity, but for those that say that nothing got through', async () => {
  for (const status of [200, 401, 403, 404, 500, 503]) {
    await withGateway({ status }, async (tenant) => {
      const seen = await survey(tenant, deps);
      assert.equal(seen.endpoints[0]?.result?.passed, true, String(status));
      assert.equal(verdictOf(seen, true).messageId, STATUS_MESSAGE_IDS.allPass);
    });
  }
  for (const status of FAILING_STATUSES) {
    await withGateway({ status }, async (tenant) => {
      const seen = await survey(tenant, deps);
      const [first] = seen.endpoints;
      assert.equal(first?.result?.stage, 'http', String(status));
      assert.match(first?.result?.sentence ?? '', new RegExp(`^It answered ${status}\\. `));
      assert.equal(verdictOf(seen, true).messageId, STATUS_MESSAGE_IDS.criticalFails);
      assert.equal(verdictOf(seen, false).messageId, STATUS_MESSAGE_IDS.serviceCutOff);
    });
  }
});

test('what a tenant publishes is checked: text that is none of it counts as nothing published', async () => {
  for (const body of [null, [], 'x', { endpoints: 7 }, published([{ id: 'a\u0000' } as never])]) {
    await withGateway({ wellKnown: () => body }, async (tenant) => {
      const seen = await survey(tenant, deps);
      assert.equal(seen.wellKnown, null);
      assert.equal(seen.endpoints.length, 1);
    });
  }
});

test('attack 12: silent requests are held for a few of one address, and not without end', async () => {
  await using tenant = await startTenant(open);
  using client = createTenantClient({
    url: tenant.url,
    root: tenant.issuer.caCertificate,
    identity: null,
  });
  const { body } = await client.get(WELL_KNOWN_PATH, {});
  assert.deepEqual(
    (body as WellKnown).endpoints.map(({ id, port }) => [id, port]),
    ['gateway', 'uplink'].map((id) => [id, Number(new URL(tenant.url).port)]),
  );
  const leaving = new AbortController();
  const idle = (seconds: number, signal?: AbortSignal) =>
    client.get(`${WELL_KNOWN_IDLE_PATH}?seconds=${seconds}`, signal ? { signal } : {});
  assert.equal((await idle(1)).status, 200);
  assert.equal((await idle(0)).status, 400);
  assert.equal((await idle(100_000)).status, 400);
  const held = Array.from({ length: 4 }, () => idle(60, leaving.signal).catch(() => null));
  // They are held once they are there: another is refused from then on.
  while ((await idle(1)).status !== 429);
  leaving.abort();
  await Promise.all(held);
  while ((await idle(1)).status === 429);
  await removeFolder(tenant);
});
