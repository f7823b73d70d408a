import { createPrivateKey } from 'node:crypto';
import { createKeyAndCsr, type IssuedCertificate, type Issuer } from '@moorline/pki';
import { openSigned, placeOf } from './signed-der.ts';

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
  const { signed, seal } = openSigned(model.pem);
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
      return { ...model, serial, pem: seal(body, key) };
    },
  };
}
