import 'reflect-metadata';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { MoorlineError } from '@moorline/kernel';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { createKeyAndCsr, readCsr } from './csr.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

async function keys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

async function request(extensions: x509.Extension[], pair?: CryptoKeyPair): Promise<string> {
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=test',
    keys: pair ?? (await keys()),
    signingAlgorithm: SIGNING,
    extensions,
  });
  return csr.toString('pem');
}

function refusedAs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof MoorlineError && error.code === code;
}

function pemOf(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

test('a request of ours is taken, and only its public key comes out', async () => {
  const { csr, privateKey } = await createKeyAndCsr('CN=evil, O="x"\n');
  const spki = await readCsr(csr);
  assert.equal(spki.length, 91);
  assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
});

test('a request that asks for CA:TRUE is refused (attack 5)', async () => {
  const csr = await request([new x509.BasicConstraintsExtension(true)]);
  await assert.rejects(readCsr(csr), refusedAs('pki.csr_requests_ca'));
});

for (const usage of [x509.KeyUsageFlags.keyCertSign, x509.KeyUsageFlags.cRLSign]) {
  test(`a request for the key usage ${x509.KeyUsageFlags[usage]} is refused`, async () => {
    const csr = await request([
      new x509.KeyUsagesExtension(usage | x509.KeyUsageFlags.digitalSignature),
    ]);
    await assert.rejects(readCsr(csr), refusedAs('pki.csr_requests_ca'));
  });
}

test('a request for CA:TRUE hidden in a second list of extensions is refused', async () => {
  const pair = await keys();
  const attribute = (extension: x509.Extension): x509.Attribute =>
    new x509.ExtensionsAttribute([extension]);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=test',
    keys: pair,
    signingAlgorithm: SIGNING,
    attributes: [
      attribute(new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature)),
      attribute(new x509.BasicConstraintsExtension(true)),
    ],
  });
  await assert.rejects(readCsr(csr.toString('pem')), refusedAs('pki.csr_requests_ca'));
});

test('other requested extensions are let pass, because none is ever copied (attack 5)', async () => {
  const csr = await request([
    new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'tenant.example' }]),
    new x509.BasicConstraintsExtension(false),
  ]);
  assert.equal((await readCsr(csr)).length, 91);
});

test('an RSA key is refused by its type', async () => {
  const pair = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ['sign', 'verify'],
  );
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=test',
    keys: pair,
    signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5' },
  });
  await assert.rejects(readCsr(csr.toString('pem')), refusedAs('pki.csr_key_type'));
});

test('a key on the curve P-384 is refused by its type', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, [
    'sign',
    'verify',
  ]);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=test',
    keys: pair,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
  });
  await assert.rejects(readCsr(csr.toString('pem')), refusedAs('pki.csr_key_type'));
});

test("a request with somebody else's public key is refused by its signature", async () => {
  const der = derOf((await createKeyAndCsr('x')).csr);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const spki = other.export({ format: 'der', type: 'spki' });
  const at = der.indexOf(spki.subarray(0, 27));
  spki.copy(der, at);
  await assert.rejects(readCsr(pemOf(der)), refusedAs('pki.csr_signature'));
});

test('a public key that is no point of the curve is malformed', async () => {
  const der = derOf((await createKeyAndCsr('x')).csr);
  const at = der.indexOf(Buffer.from('2a8648ce3d030107034200', 'hex')) + 12;
  der.fill(0x5a, at, at + 64);
  await assert.rejects(readCsr(pemOf(der)), refusedAs('pki.csr_malformed'));
});

test('two requests in one text, an oversized text and a certificate are malformed (attack 5)', async () => {
  const { csr } = await createKeyAndCsr('x');
  for (const text of [
    csr + csr,
    pemOf(Buffer.alloc(8192)),
    csr.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'),
    '',
  ]) {
    await assert.rejects(readCsr(text), refusedAs('pki.csr_malformed'));
  }
});

test('ASN.1 nested as deep as fits does not end the process', async () => {
  const der = Buffer.alloc(6000, Buffer.from([0x30, 0x80]));
  await assert.rejects(readCsr(pemOf(der)), refusedAs('pki.csr_malformed'));
});

test('whatever arrives as a request is taken or refused with an error of ours', async () => {
  const valid = derOf((await createKeyAndCsr('x')).csr);
  const changed = fc
    .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((edits) => {
      const der = Buffer.from(valid);
      for (const [at, byte] of edits) der[at] = byte;
      return pemOf(der);
    });
  const garbage = fc.oneof(
    fc.string(),
    fc.uint8Array({ maxLength: 400 }).map(pemOf),
    fc.nat(valid.length).map((end) => pemOf(valid.subarray(0, end))),
    changed,
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (text) => {
      try {
        await readCsr(text);
      } catch (error) {
        assert.ok(error instanceof MoorlineError, String(error));
        assert.match(error.code, /^pki\.csr_/);
      }
    }),
    { numRuns: 400 },
  );
});
