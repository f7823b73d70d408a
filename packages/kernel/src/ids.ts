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
export type BulkActionId = Brand<string, 'BulkActionId'>;
/** A site as its tenant knows it: the site's own AuthorityId is a different id. */
export type ConnectorId = Brand<string, 'ConnectorId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for a lower-case UUID of any version. @spec RFC 9562 §4 */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

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
  let text = '';
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += HEX[bytes[index] ?? 0];
  }
  return text as Id;
}
