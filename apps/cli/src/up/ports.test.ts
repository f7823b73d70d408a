import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import test from 'node:test';
import { portHolder } from './port-holder.ts';
import { checkPorts } from './ports.ts';

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port whose neighbours are very likely free too: it was given by the system a moment ago. */
async function freePort(): Promise<number> {
  const { server, port } = await listening();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const OPTIONS = { folder: '', host: '127.0.0.1', attach: true };

test('a busy port is named, with the option that changes it and who holds it', async () => {
  const { server, port } = await listening();
  try {
    await assert.rejects(
      checkPorts({ ...OPTIONS, tenantPort: await freePort(), sitePort: port + 1 }),
      (error) => {
        assert.ok(error instanceof Error && 'code' in error);
        assert.equal(error.code, 'cli.port_in_use');
        assert.ok(error.message.startsWith(`Port ${port} on 127.0.0.1 is in use`));
        assert.match(error.message, /--site-port N/);
        if (process.platform === 'linux')
          assert.match(error.message, new RegExp(`process ${process.pid}\\)`));
        return true;
      },
    );
  } finally {
    server.close();
  }
});

test('an address that this machine does not have is named, with the option', async () => {
  const port = await freePort();
  await assert.rejects(
    checkPorts({ ...OPTIONS, host: '192.0.2.1', tenantPort: port, sitePort: port + 10 }),
    { code: 'cli.address_unavailable', message: /--host ADDR/ },
  );
});

test('nobody holds a free port', async () => {
  assert.equal(await portHolder(await freePort()), undefined);
});
