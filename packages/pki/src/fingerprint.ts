import type { X509Certificate } from 'node:crypto';
import { sha256Hex } from './digest.ts';

/** SHA-256 of the DER: lower-case hex, no colons. */
export function fingerprintOf(certificate: X509Certificate): string {
  return sha256Hex(certificate.raw);
}
