import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Entropy } from '@moorline/kernel';
import { sha256Hex } from '@moorline/pki';

/** A fresh secret of 256 bits with a prefix that scanners can find. */
export function newSecret(prefix: string, entropy: Entropy): string {
  return prefix + Buffer.from(entropy.bytes(32)).toString('base64url');
}

/** How a secret of full entropy is kept: SHA-256, lower-case hex. */
export function secretHash(secret: string): string {
  return sha256Hex(secret);
}

// OWASP's second scrypt choice (N = 2^16, r = 8, p = 2) halved in p: 64 MiB and about 100 ms here.
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 } as const;

/** `scrypt$N$r$p$salt$key`, salt and key base64url. @spec RFC 7914 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST.N, COST.r, COST.p);
  return [
    'scrypt',
    COST.N,
    COST.r,
    COST.p,
    salt.toString('base64url'),
    key.toString('base64url'),
  ].join('$');
}

/** Takes the same time whether there is a hash or not. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt, key] = (stored ?? '').split('$');
  if (scheme !== 'scrypt' || !n || !r || !p || !salt || !key) {
    await derive(password, Buffer.alloc(16), COST.N, COST.r, COST.p);
    return false;
  }
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(
    password,
    Buffer.from(salt, 'base64url'),
    Number(n),
    Number(r),
    Number(p),
  );
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function derive(password: string, salt: Buffer, N: number, r: number, p: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, { N, r, p, maxmem: COST.maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Why a password is refused, or undefined. */
export function passwordWeakness(password: string, userName: string): string | undefined {
  const lower = password.toLowerCase();
  if ([...password].length < 12) return 'it is shorter than 12 characters';
  if (lower.includes(userName.toLowerCase()) && userName.length >= 4)
    return 'it contains your user name';
  if (new Set(lower).size < 5) return 'it repeats a few characters';
  if (/^(?:0123456789|1234567890|abcdefghij|qwertyuiop|password)/.test(lower))
    return 'it is a well-known sequence';
  return undefined;
}
