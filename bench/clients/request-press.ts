import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createKeyAndCsr } from '@moorline/pki';
import { openSigned, placeOf } from '../world/signed-der.ts';

/** Certificate requests, each of a key of its own: what a client needs to enrol by the thousand. PEM. */
export async function pressRequests(count: number): Promise<string[]> {
  const { privateKey, csr } = await createKeyAndCsr('bench');
  const { signed, seal } = openSigned(csr);
  const model = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const at = placeOf(signed, model);
  return Array.from({ length: count }, () => {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const body = Buffer.from(signed);
    body.set(keys.publicKey.export({ format: 'der', type: 'spki' }), at);
    return seal(body, keys.privateKey);
  });
}
