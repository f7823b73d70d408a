import type { Clock } from './clock.ts';
import type { Entropy } from './entropy.ts';

/** A string that only the named constructor makes; costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** A tenant or a site: whoever manages devices. First column of every primary key. */
export type AuthorityId = Brand<string, 'AuthorityId'>;
/** One device, the same everywhere it is known. */
export type DeviceId = Brand<string, 'DeviceId'>;
/** An administrator's account. */
export type UserId = Brand<string, 'UserId'>;
/** An action; also its idempotency key. */
export type ActionId = Brand<string, 'ActionId'>;
/** A site as its tenant knows it: the site's own AuthorityId is a different id. */
export type ConnectorId = Brand<string, 'ConnectorId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for a lower-case UUID of any version. @spec RFC 9562 §4 */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}

/** A new UUIDv7: ordered by time in its first 48 bits. @spec RFC 9562 §5.7 */
export function uuidv7<Id extends string = string>(clock: Clock, entropy: Entropy): Id {
  const bytes = entropy.bytes(16);
  let time = clock.now();
  for (let index = 5; index >= 0; index--) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return text as Id;
}
