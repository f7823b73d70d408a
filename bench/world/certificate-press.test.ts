import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { openLocalCa, readCsr } from '@moorline/pki';
import { pressRequests } from '../clients/request-press.ts';
import { createCertificatePress } from './certificate-press.ts';

test('a pressed certificate is one of the authority, with its own name and serial', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-press-'));
  try {
    const issuer = await openLocalCa({
      ...{ folder, name: 'HQ1', clock: systemClock, entropy: systemEntropy, logger: silentLogger },
    });
    const authority = await readFile(join(folder, 'authority.pem'), 'utf8');
    const press = await createCertificatePress(issuer, authority, {
      ...{ uri: 'urn:moorline:device:0000', commonName: 'bench', lifeMs: 86_400_000 },
    });
    const serials = ['4'.repeat(32), '5'.repeat(32)];
    for (const [index, serial] of serials.entries()) {
      const uri = `urn:moorline:device:000${index}`;
      const certificate = new X509Certificate(press.press(uri, serial).pem);
      const ca = new X509Certificate(issuer.caCertificate);
      assert.ok(certificate.verify(ca.publicKey));
      assert.ok(certificate.checkIssued(ca));
      assert.equal(certificate.serialNumber.toLowerCase(), serial);
      assert.equal(certificate.subjectAltName, `URI:${uri}`);
    }
    assert.throws(
      () => press.press('urn:longer-than-the-sample-is', '4'.repeat(32)),
      /not as long/,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('pressed requests are signed, each by a key of its own', async () => {
  const requests = await pressRequests(3);
  const keys = await Promise.all(
    requests.map(async (csr) => Buffer.from(await readCsr(csr)).toString('hex')),
  );
  assert.equal(new Set(keys).size, 3);
});
