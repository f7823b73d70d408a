import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto';

/** The one kind of key in this house. @spec RFC 5480 §2.1.1.1 (secp256r1) */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

export async function generateKeyPair(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

/** PKCS #8 in PEM. */
export async function exportPrivateKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

// SubjectPublicKeyInfo of an uncompressed P-256 point: all but the 64 bytes of the point itself.
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const P256_LENGTH = P256_PREFIX.length + 64;

/** True for the one DER form of a P-256 key that is taken; says nothing of the point. */
export function isP256(spki: Uint8Array): boolean {
  return spki.length === P256_LENGTH && P256_PREFIX.equals(spki.subarray(0, P256_PREFIX.length));
}

/** The point of a P-256 key, uncompressed: the bits that its BIT STRING holds. @spec RFC 5480 §2.2 */
export function publicPoint(spki: Uint8Array): Uint8Array {
  return spki.subarray(P256_PREFIX.length - 1);
}

/** The key, with its point checked to be on the curve. Throws when it is not. */
export function publicKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}
