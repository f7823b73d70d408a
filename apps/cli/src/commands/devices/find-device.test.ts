import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { createAdminClient } from '@moorline/admin-client';
import { findDevice } from './find-device.ts';

const ID = '0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10';

/** What a host with these devices finds, over its real wire: equality by case, search without. */
async function find(names: readonly string[], word: string): Promise<string | null> {
  const devices = names.map((deviceName, index) => ({
    id: ID.slice(0, -1) + index,
    deviceName,
    connectorName: null,
    lastSyncDateTime: '2026-01-01T00:00:00Z',
  }));
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const id = url.pathname.split('/')[4];
    response.setHeader('content-type', 'application/json');
    if (id !== undefined) {
      const device = devices.find((one) => one.id === id);
      const error = { error: { code: 'devices.not_found', message: 'No.', innerError: {} } };
      response.statusCode = device ? 200 : 404;
      response.end(JSON.stringify(device ?? error));
      return;
    }
    const equals = /^deviceName eq '(.*)'$/.exec(url.searchParams.get('$filter') ?? '')?.[1];
    const starts = /^startswith\(deviceName,'(.*)'\)$/.exec(
      url.searchParams.get('$filter') ?? '',
    )?.[1];
    const search = url.searchParams.get('$search')?.slice(1, -1).toLowerCase();
    const value = devices.filter(
      ({ deviceName }) =>
        (equals === undefined || deviceName === equals.replaceAll("''", "'")) &&
        (starts === undefined || deviceName.startsWith(starts)) &&
        (search === undefined || deviceName.toLowerCase().includes(search)),
    );
    response.end(JSON.stringify({ '@odata.context': '', value }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const client = createAdminClient({ baseUrl: `http://127.0.0.1:${port}` });
    return (await findDevice(client, word)).deviceName;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('the exact name wins over one that differs in case', async () => {
  assert.equal(await find(['PC-17', 'pc-17', 'pc-170'], 'pc-17'), 'pc-17');
});

test('a name that differs in case alone is found', async () => {
  assert.equal(await find(['PC-17', 'pc-170'], 'pc-17'), 'PC-17');
});

test('an id is found, whatever its case', async () => {
  assert.equal(await find(['a'], ID.toUpperCase()), 'a');
  await assert.rejects(find([], ID), { code: 'cli.usage', message: /no device with the id/ });
});

test('a name that more than one device has is answered with their ids', async () => {
  await assert.rejects(find(['twin', 'twin'], 'twin'), {
    code: 'cli.usage',
    message: new RegExp(`More than one device[\\s\\S]*${ID}[\\s\\S]*${ID.slice(0, -1)}1`),
  });
});

test('a misspelt name is answered with the nearest', async () => {
  await assert.rejects(find(['laptop-ada', 'server-1'], 'laptop-aba'), {
    code: 'cli.usage',
    message: /There is no device "laptop-aba"\. Did you mean laptop-ada\?/,
  });
});

test('a quote in a name stays inside the filter', async () => {
  assert.equal(await find(["O'Brien"], "O'Brien"), "O'Brien");
});
