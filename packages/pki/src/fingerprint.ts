import { createHash, type X509Certificate } from 'node:crypto';

/** SHA-256 of the DER: lower-case hex, no colons. */
export function fingerprintOf(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}
