export { CA_CERTIFICATE_FILE } from './ca-store.ts';
export { createKeyAndCsr, readCsr } from './csr.ts';
export { sameDigest, sha256Hex } from './digest.ts';
export { pkiErrors } from './errors.ts';
export { fingerprintOf } from './fingerprint.ts';
export type { ClientProfile, IssuedCertificate, Issuer, ServerCertificate } from './issuer.ts';
export { CLIENT_LIFE_MS, renewAfter, SERVER_LIFE_MS } from './lifetime.ts';
export { type LocalCaOptions, openLocalCa } from './local-ca.ts';
export { type PinRootOptions, pinRoot } from './pin-root.ts';
