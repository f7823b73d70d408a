import 'reflect-metadata';
import { MoorlineError } from '@moorline/kernel';
import {
  BasicConstraintsExtension,
  type Extension,
  ExtensionsAttribute,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
} from '@peculiar/x509';
import { subjectName } from './distinguished-name.ts';
import { pkiErrors } from './errors.ts';
import {
  exportPrivateKey,
  generateKeyPair,
  isP256,
  publicKeyOf,
  SIGNING_ALGORITHM,
} from './key-pair.ts';

const MAX_CSR_LENGTH = 8192;
const PEM =
  /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1?CERTIFICATE REQUEST-----\s*$/;

/**
 * Makes an ECDSA P-256 key and a certificate request for it; neither is stored.
 * @returns PEM: the key as PKCS #8, the request as PKCS #10
 */
export async function createKeyAndCsr(
  commonName: string,
): Promise<{ privateKey: string; csr: string }> {
  const keys = await generateKeyPair();
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: subjectName(commonName),
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
  });
  return {
    privateKey: await exportPrivateKey(keys.privateKey),
    csr: `${request.toString('pem')}\n`,
  };
}

/**
 * The public key of a request whose sender proved to have it: nothing else of a request is ever used.
 * @returns DER SubjectPublicKeyInfo
 * @throws `pki.csr_malformed`, `pki.csr_key_type`, `pki.csr_signature`, `pki.csr_requests_ca`
 * @spec RFC 2986 §4
 */
export async function readCsr(pem: string): Promise<Uint8Array<ArrayBuffer>> {
  const request = orMalformed(() => parse(pem));
  const spki = orMalformed(() => new Uint8Array(request.publicKey.rawData));
  if (!isP256(spki)) throw pkiErrors.csrKeyType();
  orMalformed(() => publicKeyOf(spki));
  if (!(await isSignedByItself(request))) throw pkiErrors.csrSignature();
  for (const extension of orMalformed(() => requestedExtensions(request))) {
    refuseAuthority(extension);
  }
  return spki;
}

function parse(pem: string): Pkcs10CertificateRequest {
  const base64 = pem.length <= MAX_CSR_LENGTH ? PEM.exec(pem)?.[2] : undefined;
  if (base64 === undefined) throw malformed();
  return new Pkcs10CertificateRequest(new Uint8Array(Buffer.from(base64, 'base64')));
}

async function isSignedByItself(request: Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    // A signature that cannot even be decoded proves as little as a false one.
    return false;
  }
}

function requestedExtensions(request: Pkcs10CertificateRequest): Extension[] {
  return request.attributes.flatMap((attribute) =>
    attribute instanceof ExtensionsAttribute ? attribute.items : [],
  );
}

function refuseAuthority(extension: Extension): void {
  if (extension instanceof BasicConstraintsExtension && extension.ca) {
    throw pkiErrors.csrRequestsCa({ extension: 'basicConstraints CA:TRUE' });
  }
  if (
    extension instanceof KeyUsagesExtension &&
    (extension.usages & (KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)) !== 0
  ) {
    throw pkiErrors.csrRequestsCa({ extension: 'keyUsage keyCertSign or cRLSign' });
  }
}

// The parser throws errors of many kinds, down to a stack overflow on deep nesting.
function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof MoorlineError ? error : malformed(error);
  }
}

function malformed(cause?: unknown): MoorlineError {
  return pkiErrors.csrMalformed({ maxLength: MAX_CSR_LENGTH }, { cause });
}
