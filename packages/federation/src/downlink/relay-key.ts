import type { webcrypto } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, writeDurably } from '@moorline/files';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** The key pair that signs relay requests. `sign` never leaves this process; sites pin `publicJwk`. */
export interface RelayKey {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly sign: webcrypto.CryptoKey;
}

/**
 * Loads the relay key from `folder`, or makes it there once (file mode 0600).
 * @spec RFC 7517, RFC 7518 §3.4 (ES256), RFC 7638 (the thumbprint that is its `kid`)
 */
export async function openRelayKey(folder: string): Promise<RelayKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'relay-key.json');
  const stored = await readJwk(file);
  const privateJwk = stored ?? (await makeJwk());
  if (!stored) await writeDurably(file, JSON.stringify(privateJwk));
  const { d: _, ...publicPart } = privateJwk;
  const kid = await calculateJwkThumbprint(publicPart);
  const sign = await importJWK(privateJwk, 'ES256');
  if (sign instanceof Uint8Array) throw new Error(`${file} holds no key pair`);
  return { kid, publicJwk: { ...publicPart, kid, alg: 'ES256', use: 'sig' }, sign };
}

async function makeJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(privateKey);
}

async function readJwk(file: string): Promise<JWK | undefined> {
  const text = await readIfPresent(file);
  return text === undefined ? undefined : (JSON.parse(text) as JWK); // our own file; importJWK checks it
}
