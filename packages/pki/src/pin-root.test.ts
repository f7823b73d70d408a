import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { MoorlineError } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { createFakeClock } from '@moorline/testkit/clock';
import { fingerprintOf } from './fingerprint.ts';
import { pinRoot } from './pin-root.ts';

async function withServer(
  options: TlsOptions,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const server = createServer(options, (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  try {
    await work(address.port);
  } finally {
    server.close();
  }
}

function refusedAs(code: string, ...words: readonly string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MoorlineError, String(error));
    assert.equal(error.code, code);
    for (const word of words) assert.ok(error.message.includes(word), error.message);
    return true;
  };
}

test('the root is given when its fingerprint is the pinned one, for a name and for an address', async () => {
  await using pki = await testCertificates();
  const { caCertificate, caFingerprint } = pki.issuer;
  await withServer(await pki.server(), async (port) => {
    assert.equal(await pinRoot(`https://127.0.0.1:${port}`, caFingerprint), caCertificate);
    assert.equal(await pinRoot(`https://localhost:${port}`, caFingerprint), caCertificate);
  });
});

test('another root is refused, and the error names the issuer that answered', async () => {
  await using ours = await testCertificates();
  await using proxy = await testCertificates('Corporate Proxy');
  await withServer(await proxy.server(), async (port) => {
    await assert.rejects(
      pinRoot(`https://127.0.0.1:${port}`, ours.issuer.caFingerprint),
      refusedAs('pki.root_mismatch', 'Corporate Proxy CA', `127.0.0.1:${port}`),
    );
  });
});

test('a server that shows the right root below a leaf of another is refused', async () => {
  await using ours = await testCertificates('HQ1');
  await using theirs = await testCertificates('HQ1');
  const { cert, key } = await theirs.server();
  const leaf = `${cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;
  await withServer({ cert: leaf + ours.issuer.caCertificate, key }, async (port) => {
    await assert.rejects(
      pinRoot(`https://127.0.0.1:${port}`, ours.issuer.caFingerprint),
      refusedAs('pki.root_mismatch'),
    );
  });
});

test('a device of the authority that poses as its server is refused by name', async () => {
  await using pki = await testCertificates();
  const { cert, key } = await pki.client('urn:moorline:device:x');
  await withServer({ cert: cert + pki.issuer.caCertificate, key }, async (port) => {
    await assert.rejects(
      pinRoot(`https://localhost:${port}`, pki.issuer.caFingerprint),
      refusedAs('pki.server_name_mismatch', 'localhost'),
    );
  });
});

test('a leaf whose fingerprint is the pinned one is no root', async () => {
  await using pki = await testCertificates();
  const server = await pki.server();
  const leafFingerprint = fingerprintOf(new X509Certificate(server.cert));
  await withServer(server, async (port) => {
    await assert.rejects(
      pinRoot(`https://127.0.0.1:${port}`, leafFingerprint),
      refusedAs('pki.root_mismatch'),
    );
  });
});

test('a certificate for another host is refused, with the names that it is for', async () => {
  await using pki = await testCertificates();
  const { cert, key } = await pki.issuer.issueServer(['mdm.example.org']);
  await withServer({ cert, key }, async (port) => {
    await assert.rejects(
      pinRoot(`https://127.0.0.1:${port}`, pki.issuer.caFingerprint),
      refusedAs('pki.server_name_mismatch', 'mdm.example.org'),
    );
  });
});

test('a clock that is years off is named as the thing to check (attack 16)', async () => {
  await using pki = await testCertificates();
  const clock = createFakeClock(Date.UTC(2001, 0, 1));
  await withServer(await pki.server(), async (port) => {
    await assert.rejects(
      pinRoot(`https://127.0.0.1:${port}`, pki.issuer.caFingerprint, { clock }),
      refusedAs('pki.server_not_current', '2001-01-01', 'clock'),
    );
  });
});

test('a port where nothing listens is unreachable', async () => {
  let closed = 0;
  await using pki = await testCertificates();
  await withServer(await pki.server(), async (port) => {
    closed = port;
  });
  await assert.rejects(
    pinRoot(`https://127.0.0.1:${closed}`, 'f'.repeat(64)),
    refusedAs('pki.server_unreachable', 'nothing listens there'),
  );
});

test('a server that accepts and says nothing is given up in time', async () => {
  const { createServer: createTcpServer } = await import('node:net');
  const server = createTcpServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  await assert.rejects(
    pinRoot(`https://127.0.0.1:${address.port}`, 'f'.repeat(64), { timeoutMs: 50 }),
    refusedAs('pki.server_unreachable', 'in time'),
  );
  server.close();
});

test('an address that is not https is refused without a connection', async () => {
  await assert.rejects(
    pinRoot('http://localhost:1', 'f'.repeat(64)),
    refusedAs('pki.server_unreachable', 'https'),
  );
});
