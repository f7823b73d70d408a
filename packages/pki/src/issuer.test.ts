import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { MoorlineError, silentLogger, systemEntropy } from '@moorline/kernel';
import { testCertificates } from '@moorline/testkit/certificates';
import { createFakeClock } from '@moorline/testkit/clock';
import { createKeyAndCsr } from './csr.ts';
import { CLIENT_LIFE_MS, DAY_MS, renewAfter } from './lifetime.ts';
import { openLocalCa } from './local-ca.ts';

const URI = 'urn:moorline:device:0191d5a0-0000-7000-8000-000000000001';

async function handshake(
  server: { cert: string; key: string; ca: string },
  client: { cert?: string; key?: string; ca: string },
): Promise<{ authorized: boolean; error: string; serial: string | undefined }> {
  const listener = createServer({
    ...server,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  assert.ok(address !== null && typeof address === 'object');
  const accepted = once(listener, 'secureConnection');
  const socket = connect({ ...client, host: '127.0.0.1', port: address.port });
  try {
    await once(socket, 'secureConnect');
    const [peer]: TLSSocket[] = await accepted;
    return {
      authorized: peer?.authorized ?? false,
      error: String(peer?.authorizationError),
      serial: peer?.getPeerX509Certificate()?.serialNumber,
    };
  } finally {
    socket.destroy();
    listener.close();
  }
}

test('a device and a server of one authority verify each other in a TLS handshake', async () => {
  await using pki = await testCertificates();
  const client = await pki.client(URI);
  const seen = await handshake(await pki.server(), { ...client, ca: pki.issuer.caCertificate });
  assert.equal(seen.authorized, true);
  assert.equal(seen.serial?.toLowerCase(), client.serial);
});

test('a certificate of another authority of the same name is not verified', async () => {
  await using ours = await testCertificates('HQ1');
  await using theirs = await testCertificates('HQ1');
  const seen = await handshake(await ours.server(), {
    ...(await theirs.client(URI)),
    ca: ours.issuer.caCertificate,
  });
  assert.equal(seen.authorized, false);
});

test('a server certificate does not pass as a client', async () => {
  await using pki = await testCertificates();
  const server = await pki.server();
  const { authorized, error } = await handshake(server, server);
  assert.equal(authorized, false);
  assert.equal(error, 'INVALID_PURPOSE');
});

test('a device certificate does not pass as a server', async () => {
  await using pki = await testCertificates();
  const device = await pki.client(URI);
  const ca = pki.issuer.caCertificate;
  await assert.rejects(handshake({ ...device, ca }, { ca }));
});

test("a device's certificate says what the authority decided and nothing that was requested", async () => {
  await using pki = await testCertificates();
  const { csr } = await createKeyAndCsr('administrator');
  const issued = await pki.issuer.issueFromCsr(csr, {
    kind: 'client',
    uri: URI,
    commonName: 'PC-1\u0000\u202e, CN=root',
    lifeMs: CLIENT_LIFE_MS,
  });
  const certificate = new X509Certificate(issued.pem);
  assert.equal(certificate.subjectAltName, `URI:${URI}`);
  assert.equal(certificate.toLegacyObject().subject.CN, 'PC-1 , CN=root');
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(certificate.serialNumber.toLowerCase(), issued.serial);
  assert.match(issued.serial, /^[4-7][0-9a-f]{31}$/);
  assert.equal(certificate.validFromDate.getTime(), issued.notBefore);
  assert.equal(certificate.validToDate.getTime(), issued.notAfter);
});

test('a certificate begins five minutes ago, for slow clocks, and is renewed at two thirds', async () => {
  await using pki = await testCertificates();
  const clock = createFakeClock();
  const issuer = await openLocalCa({
    folder: pki.folder,
    name: 'x',
    clock,
    entropy: systemEntropy,
    logger: silentLogger,
  });
  const { csr } = await createKeyAndCsr('x');
  const profile = { kind: 'client', uri: URI, commonName: 'x', lifeMs: 90 * DAY_MS } as const;
  const issued = await issuer.issueFromCsr(csr, profile);
  assert.equal(issued.notBefore, clock.now() - 300_000);
  assert.equal(issued.notAfter, clock.now() + 90 * DAY_MS);
  assert.equal(issued.renewAfter, renewAfter(issued.notBefore, issued.notAfter));
  assert.equal(renewAfter(0, 90), 60);
});

test('no certificate outlives its authority, and an ended authority issues none', async () => {
  await using pki = await testCertificates();
  const clock = createFakeClock(Date.now() + 3640 * DAY_MS);
  const issuer = await openLocalCa({
    folder: pki.folder,
    name: 'x',
    clock,
    entropy: systemEntropy,
    logger: silentLogger,
  });
  const { csr } = await createKeyAndCsr('x');
  const profile = { kind: 'client', uri: URI, commonName: 'x', lifeMs: 90 * DAY_MS } as const;
  const issued = await issuer.issueFromCsr(csr, profile);
  const ca = new X509Certificate(issuer.caCertificate);
  assert.equal(issued.notAfter, ca.validToDate.getTime());
  clock.advance(20 * DAY_MS);
  await assert.rejects(
    issuer.issueFromCsr(csr, profile),
    (error) => error instanceof MoorlineError && error.code === 'pki.ca_expired',
  );
});

test('a server certificate carries its DNS names and addresses, and comes with its root', async () => {
  await using pki = await testCertificates();
  const { cert } = await pki.issuer.issueServer(['mdm.example.org', '127.0.0.1', '::1']);
  const leaf = new X509Certificate(cert);
  assert.equal(
    leaf.subjectAltName,
    'DNS:mdm.example.org, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  assert.ok(cert.endsWith(pki.issuer.caCertificate));
});

for (const name of ['', 'a b', 'x\u0000.example', '*.example.org', 'http://x', '-a.example']) {
  test(`${JSON.stringify(name)} is refused as the name of a server`, async () => {
    await using pki = await testCertificates();
    await assert.rejects(
      pki.issuer.issueServer([name]),
      (error) => error instanceof MoorlineError && error.code === 'pki.server_name_invalid',
    );
  });
}
