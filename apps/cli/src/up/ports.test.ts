import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import { freePortTriple } from '@moorline/testkit';
import { portHolder } from './port-holder.ts';
import { checkPorts } from './ports.ts';

const OPTIONS = { folder: '', host: '127.0.0.1', attach: true };

test('a busy port is named, with the option that changes it and who holds it', async () => {
  const [tenantPort, sitePort] = [await freePortTriple(), await freePortTriple()];
  const port = sitePort - 1;
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  try {
    await assert.rejects(checkPorts({ ...OPTIONS, tenantPort, sitePort }), (error) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'cli.port_in_use');
      assert.ok(error.message.startsWith(`Port ${port} on 127.0.0.1 is in use`));
      assert.match(error.message, /--site-port N/);
      if (process.platform === 'linux')
        assert.match(error.message, new RegExp(`process ${process.pid}\\)`));
      return true;
    });
  } finally {
    server.close();
  }
});

test('an address that this machine does not have is named, with the option', async () => {
  const port = await freePortTriple();
  await assert.rejects(
    checkPorts({ ...OPTIONS, host: '192.0.2.1', tenantPort: port, sitePort: port + 10 }),
    { code: 'cli.address_unavailable', message: /--host ADDR/ },
  );
});

test('nobody holds a free port', async () => {
  assert.equal(await portHolder(await freePortTriple()), undefined);
});
