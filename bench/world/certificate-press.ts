import { createPrivateKey, sign } from 'node:crypto';
import { createKeyAndCsr, type IssuedCertificate, type Issuer } from '@moorline/pki';

/** Makes device certificates of one key by the thousand: what a fleet needs that has enrolled long ago. */
export interface CertificatePress {
  /** PEM, the key of all of them. */
  readonly privateKey: string;
  /** Of `privateKey`, as the product's own certificates are: PEM, serial and times. */
  press(uri: string, serial: string): IssuedCertificate;
}

/**
 * The authority issues one certificate; all others are its bytes with another serial and another name of the
 * same length, signed anew with the authority's key. TLS cannot tell them from those that it issues.
 * @param authorityPem the authority's key, PEM
 * @param sample a name as long as those that are pressed
 */
export async function createCertificatePress(
  issuer: Issuer,
  authorityPem: string,
  sample: { readonly uri: string; readonly commonName: string; readonly lifeMs: number },
): Promise<CertificatePress> {
  const { privateKey, csr } = await createKeyAndCsr(sample.commonName);
  const model = await issuer.issueFromCsr(csr, { kind: 'client', ...sample });
  const key = createPrivateKey(authorityPem);
  const [signed, algorithm] = parts(derOf(model.pem));
  const serialAt = placeOf(signed, Buffer.from(model.serial, 'hex'));
  const uriAt = placeOf(signed, Buffer.from(sample.uri));
  return {
    privateKey,
    press(uri, serial) {
      const body = Buffer.from(signed);
      const name = Buffer.from(uri);
      if (name.length !== Buffer.byteLength(sample.uri)) throw new Error(`${uri} is not as long`);
      body.set(Buffer.from(serial, 'hex'), serialAt);
      body.set(name, uriAt);
      const signature = sign('sha256', body, key);
      const bits = element(0x03, Buffer.concat([Buffer.from([0]), signature]));
      const der = element(0x30, Buffer.concat([body, algorithm, bits]));
      return { ...model, serial, pem: pemOf(der) };
    },
  };
}

/** What is signed and how, of a certificate or request. @spec RFC 5280 §4.1 */
function parts(der: Buffer): [signed: Buffer, algorithm: Buffer] {
  const outer = contentStart(der, 0);
  const bodyEnd = elementEnd(der, outer);
  return [der.subarray(outer, bodyEnd), der.subarray(bodyEnd, elementEnd(der, bodyEnd))];
}

function contentStart(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function elementEnd(der: Buffer, at: number): number {
  const start = contentStart(der, at);
  const first = der[at + 1] ?? 0;
  return start + (first < 0x80 ? first : der.readUIntBE(at + 2, first & 0x7f));
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function placeOf(bytes: Buffer, wanted: Buffer): number {
  const at = bytes.indexOf(wanted);
  if (at < 0) throw new Error('the certificate is not written as expected');
  return at;
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
