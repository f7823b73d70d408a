import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { hostErrors } from '../errors.ts';

const MAGIC = 'moorline-backup-1';
/** Costs of the passphrase: 64 MiB, about a third of a second. */
const KDF = { N: 65_536, r: 8, p: 1 } as const;
const CHUNK_BYTES = 1024 * 1024;
const TAG_BYTES = 16;
const LONGEST_HEAD = 1024;

const deriveKey = promisify<string, Buffer, number, object, Buffer>(scrypt);

/**
 * Seals a stream with a passphrase: a line that says how, then chunks under AES-256-GCM, each with its number and
 * whether it is the last, so that none can be changed, left out, put elsewhere or cut off.
 * @spec NIST SP 800-38D; RFC 7914
 */
export async function* seal(
  plain: AsyncIterable<Buffer>,
  passphrase: string,
): AsyncGenerator<Buffer> {
  const salt = randomBytes(32);
  const key = await keyOf(passphrase, salt);
  yield Buffer.from(`${MAGIC} ${JSON.stringify({ ...KDF, salt: salt.toString('base64url') })}\n`);
  let number = 0;
  let kept: Buffer = Buffer.alloc(0);
  const sealed = (chunk: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number++));
    cipher.setAAD(Buffer.from([isLast ? 1 : 0]));
    const body = Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, body]);
  };
  for await (const piece of plain) {
    kept = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
    while (kept.length > CHUNK_BYTES) {
      yield sealed(kept.subarray(0, CHUNK_BYTES), false);
      kept = kept.subarray(CHUNK_BYTES);
    }
  }
  yield sealed(kept, true);
}

/** What was sealed. @throws `host.backup_unreadable`, `host.backup_passphrase` */
export async function* unseal(
  sealed: AsyncIterable<Buffer>,
  passphrase: string,
  file: string,
): AsyncGenerator<Buffer> {
  let kept: Buffer = Buffer.alloc(0);
  let key: Buffer | undefined;
  let number = 0;
  let isEnded = false;
  for await (const piece of sealed) {
    kept = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
    if (!key) {
      const end = kept.indexOf('\n');
      if (end < 0 && kept.length < LONGEST_HEAD) continue;
      key = await keyOf(passphrase, saltOf(kept.subarray(0, Math.max(0, end)).toString(), file));
      kept = kept.subarray(end + 1);
    }
    while (kept.length >= 4 && kept.length >= 4 + kept.readUInt32BE()) {
      const length = kept.readUInt32BE();
      if (isEnded || length < TAG_BYTES || length > CHUNK_BYTES + TAG_BYTES) {
        throw hostErrors.backupUnreadable({ file, reason: 'it is damaged' });
      }
      const opened = open(kept.subarray(4, 4 + length), key, number, file);
      isEnded = opened.isLast;
      number += 1;
      kept = kept.subarray(4 + length);
      yield opened.chunk;
    }
  }
  if (!isEnded || kept.length > 0) {
    throw hostErrors.backupUnreadable({ file, reason: 'its end is missing' });
  }
}

function open(
  body: Buffer,
  key: Buffer,
  number: number,
  file: string,
): { readonly chunk: Buffer; readonly isLast: boolean } {
  const split = body.length - TAG_BYTES;
  for (const isLast of [false, true]) {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number));
    decipher.setAAD(Buffer.from([isLast ? 1 : 0]));
    decipher.setAuthTag(body.subarray(split));
    const chunk = decipher.update(body.subarray(0, split));
    try {
      decipher.final();
      return { chunk, isLast };
    } catch {
      // Sealed the other way, with another passphrase, or changed.
    }
  }
  if (number === 0) throw hostErrors.backupPassphrase({ file });
  throw hostErrors.backupUnreadable({ file, reason: 'it is damaged' });
}

function saltOf(head: string, file: string): Buffer {
  const { salt, ...kdf } = parse(head.startsWith(`${MAGIC} `) ? head.slice(MAGIC.length) : '');
  // Other costs would be somebody else's wish for our memory.
  if (typeof salt !== 'string' || JSON.stringify(kdf) !== JSON.stringify(KDF)) {
    throw hostErrors.backupUnreadable({ file, reason: 'it is no backup of this product' });
  }
  return Buffer.from(salt, 'base64url');
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  return deriveKey(passphrase, salt, 32, { ...KDF, maxmem: 256 * 1024 * 1024 });
}

/** A key seals one file: its chunks' numbers never repeat. */
function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}
