import assert from 'node:assert/strict';
import { generateKeyPairSync, KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { MoorlineError } from '@moorline/kernel';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { clientCertificate, distinguishedName, type LeafIssuer } from './client-certificate.ts';
import { createKeyAndCsr, readCsr } from './csr.ts';
import { derElement, derReader } from './der/reader.ts';
import { bitString, element, integer, objectIdentifier, pemOf, sequence } from './der/writer.ts';

const DAY_MS = 86_400_000;
const ALGORITHM = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

function newKey(): { privateKey: KeyObject; spki: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: publicKey.export({ format: 'der', type: 'spki' }) };
}

describe('certificates and requests, with other implementations as judges', () => {
  let issuer: LeafIssuer;
  let ca: x509.X509Certificate;
  const device = newKey();

  before(async () => {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    ca = await x509.X509CertificateGenerator.createSelfSigned({
      name: [{ CN: ['Contoso “HQ” CA'] }],
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    issuer = {
      name: new Uint8Array(ca.subjectName.toArrayBuffer()),
      privateKey: KeyObject.from(keys.privateKey),
      spki: new Uint8Array(ca.publicKey.rawData),
    };
  });

  it('a certificate of any name, serial and life says the same to both readers, and verifies', async () => {
    const times = fc.date({
      min: new Date('2001-01-01'),
      max: new Date('2120-01-01'),
      noInvalidDate: true,
    });
    const serials = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((list) => {
      list[0] = ((list[0] ?? 0) & 0x7f) | 0x40;
      return Buffer.from(list).toString('hex');
    });
    const names = fc.string({ unit: 'binary', maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(names, serials, times, fc.uuid(), async (commonName, serial, start, id) => {
        const notBefore = Math.floor(start.getTime() / 1000) * 1000;
        const notAfter = notBefore + 90 * DAY_MS;
        const uri = `urn:moorline:device:${id}`;
        const leaf = { serial, notBefore, notAfter, commonName, uri, spki: device.spki };
        const pem = clientCertificate(leaf, issuer);

        const ours = new X509Certificate(pem);
        const authority = new X509Certificate(ca.toString('pem'));
        assert.ok(ours.verify(authority.publicKey) && ours.checkIssued(authority));
        assert.equal(ours.serialNumber.toLowerCase(), serial);
        assert.equal(ours.subjectAltName, `URI:${uri}`);
        assert.deepEqual(ours.keyUsage, ['1.3.6.1.5.5.7.3.2']);
        assert.equal(ours.ca, false);
        assert.equal(ours.validFromDate.getTime(), notBefore);
        assert.equal(ours.validToDate.getTime(), notAfter);
        assert.deepEqual(ours.publicKey.export({ format: 'der', type: 'spki' }), device.spki);

        const theirs = new x509.X509Certificate(pem);
        assert.equal(
          await theirs.verify({ publicKey: ca.publicKey, date: new Date(notBefore + DAY_MS) }),
          true,
        );
        assert.equal(theirs.issuer, ca.subject);
        assert.equal(theirs.subjectName.toJSON().length, 1);
        const found = Array.from(theirs.extensions, ({ type, critical }) => [type, critical]);
        assert.deepEqual(found, [
          ['2.5.29.19', true],
          ['2.5.29.15', true],
          ['2.5.29.37', false],
          ['2.5.29.17', false],
          ['2.5.29.35', false],
          ['2.5.29.14', false],
        ]);
        const usage = theirs.getExtension(x509.KeyUsagesExtension);
        assert.equal(usage?.usages, x509.KeyUsageFlags.digitalSignature);
        const [own, of] = [
          theirs.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
          theirs.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId,
        ];
        const expected = await x509.SubjectKeyIdentifierExtension.create(theirs.publicKey);
        assert.equal(own, expected.keyId);
        assert.equal(of, ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId);
      }),
      { numRuns: 60 },
    );
  });

  it('a request of ours is one to the other implementation, with the same key', async () => {
    const { csr, privateKey } = await createKeyAndCsr('PC “1”, CN=x');
    const theirs = new x509.Pkcs10CertificateRequest(csr);
    assert.equal(await theirs.verify(), true);
    assert.equal(theirs.attributes.length, 0);
    assert.deepEqual(Buffer.from(theirs.publicKey.rawData), Buffer.from(await readCsr(csr)));
    assert.ok(privateKey.endsWith('-----END PRIVATE KEY-----\n'));
  });

  it('a URI that is not ASCII is no name of a certificate', () => {
    for (const uri of ['', 'urn:ü', 'urn:a b', 'urn:a\u0000b']) {
      const leaf = { serial: '4000', notBefore: 0, notAfter: 0, commonName: 'x', uri };
      assert.throws(() => clientCertificate({ ...leaf, spki: device.spki }, issuer), TypeError);
    }
  });

  /** A request around this body, with a true signature. */
  const seal = (body: Buffer): string =>
    pemOf(
      'CERTIFICATE REQUEST',
      sequence(body, ALGORITHM, bitString(sign('sha256', body, device.privateKey))),
    );
  const plainBody = (attributes: Buffer): Buffer =>
    sequence(integer(Buffer.of(0)), distinguishedName('x'), device.spki, attributes);

  it('whatever of a truly signed request is changed: what is taken, the other implementation reads alike', async () => {
    const asking = new x509.ExtensionsAttribute([
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature),
      new x509.BasicConstraintsExtension(false),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'a.example' }]),
    ]);
    const body = plainBody(element(0xa0, new Uint8Array(asking.rawData)));
    await readCsr(seal(body));
    const edits = fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 3,
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const changed = Buffer.from(body);
        for (const [at, byte] of list) changed[at] = byte;
        const pem = seal(changed);
        let spki: Uint8Array;
        try {
          spki = await readCsr(pem);
        } catch (error) {
          assert.ok(error instanceof MoorlineError && /^pki\.csr_/.test(error.code), String(error));
          return;
        }
        taken++;
        // Proof of possession: the key that comes out verifies the request.
        const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
        const parts = derReader(derElement(der, 0x30).content);
        const signed = parts.any().encoded;
        parts.any();
        const signature = parts.any().content.subarray(1);
        const key = { key: Buffer.from(spki), format: 'der', type: 'spki' } as const;
        assert.ok(verify('sha256', signed, key, signature));
        assert.deepEqual(Buffer.from(spki), device.spki);
        const { attributes } = readByOthers(pem);
        for (const extension of attributes) {
          if (extension instanceof x509.BasicConstraintsExtension)
            assert.equal(extension.ca, false);
          if (extension instanceof x509.KeyUsagesExtension) {
            const signing = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
            assert.equal(extension.usages & signing, 0);
          }
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(taken > 0, 'some changes change nothing that matters');
  });

  it('attributes of other kinds, and no list of them at all, are taken', async () => {
    const challenge = sequence(
      objectIdentifier('1.2.840.113549.1.9.7'),
      element(0x31, element(0x0c, Buffer.from('word'))),
    );
    await readCsr(seal(plainBody(element(0xa0, challenge))));
    await readCsr(seal(plainBody(Buffer.alloc(0))));
  });

  it('a signature algorithm with parameters, another version, bits left over: refused', async () => {
    const body = plainBody(element(0xa0));
    const signature = sign('sha256', body, device.privateKey);
    const withNull = sequence(objectIdentifier('1.2.840.10045.4.3.2'), Buffer.of(5, 0));
    const label = 'CERTIFICATE REQUEST';
    const version1 = sequence(
      integer(Buffer.of(1)),
      distinguishedName('x'),
      device.spki,
      element(0xa0),
    );
    for (const [pem, code] of [
      [pemOf(label, sequence(body, withNull, bitString(signature))), 'pki.csr_signature'],
      [
        pemOf(label, sequence(body, ALGORITHM, element(0x03, Buffer.of(1), signature))),
        'pki.csr_malformed',
      ],
      [pemOf(label, sequence(body, ALGORITHM, element(0x03))), 'pki.csr_malformed'],
      [
        pemOf(label, sequence(body, ALGORITHM, bitString(signature.subarray(0, 20)))),
        'pki.csr_signature',
      ],
      [seal(version1), 'pki.csr_malformed'],
    ] as const) {
      await assert.rejects(readCsr(pem), { code });
    }
  });
});

/** The extensions that a request asks for, as the other implementation understands it; none that it cannot read. */
function readByOthers(pem: string): { readonly attributes: readonly x509.Extension[] } {
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const attributes = request.attributes.flatMap((attribute) =>
      attribute instanceof x509.ExtensionsAttribute ? attribute.items : [],
    );
    return { attributes };
  } catch {
    return { attributes: [] };
  }
}
