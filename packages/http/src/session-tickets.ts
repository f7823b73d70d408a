import type { Server } from 'node:https';

/**
 * Keys that seal session tickets, 48 random bytes each. Whoever has one can make tickets for any client: they
 * are kept like a private key.
 */
export interface TicketKeys {
  /** Seals new tickets. */
  readonly current: Uint8Array;
  /** Open tickets that were sealed before, and seal none. */
  readonly former: readonly Uint8Array[];
}

/** How long a ticket is good at most, should its key be kept that long. @spec RFC 8446 §4.6.1: at most 7 days */
export const TICKET_LIFE_S: number = 2 * 24 * 3600;
/** A ticket of another server with the same keys, for another purpose, is no session here. */
export const SESSION_CONTEXT = 'moorline';

const KEY_BYTES = 48;
const PART = 16;
const RANDOM_POOL_BYTES = 4096;

/**
 * Makes the server's present context seal and open tickets with `keysOf()`, asked at every ticket. Tickets keep
 * nothing on the server; what they carry is authenticated, and TLS 1.3 mixes a fresh key agreement into every
 * resumed connection. @spec RFC 5077 §4, RFC 8446 §2.2
 */
export function sealTickets(server: Server, keysOf: () => TicketKeys): void {
  const context = contextOf(server);
  if (!context) {
    // A runtime without the callback knows one key: tickets of the one before are no longer opened.
    server.setTicketKeys(Buffer.from(keysOf().current));
    return;
  }
  const takeIv = createIvSource();
  context.onticketkeycallback = (name, _iv, isSealing) => {
    const { current, former } = keysOf();
    if (isSealing) {
      const key = partsOf(current);
      return [SEAL, key.mac, key.cipher, key.name, takeIv()];
    }
    const found = [current, ...former].find((key) => name.equals(partsOf(key).name));
    const key = partsOf(found ?? current);
    if (!found) return [UNKNOWN, key.mac, key.cipher];
    return [found === current ? OPEN : OPEN_AND_RENEW, key.mac, key.cipher];
  };
  context.enableTicketKeyCallback();
}

/** @throws RangeError when a key is not 48 bytes long */
export function checkTicketKeys(keys: TicketKeys): TicketKeys {
  for (const key of [keys.current, ...keys.former]) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a ticket key has ${KEY_BYTES} bytes`);
  }
  return keys;
}

// What SSL_CTX_set_tlsext_ticket_key_cb(3) may be answered.
const UNKNOWN = 0;
const SEAL = 1;
const OPEN = 1;
const OPEN_AND_RENEW = 2;

type TicketAnswer = readonly [number, Buffer, Buffer, Buffer?, Buffer?];

/** Node's own binding: more than one key is to be had only through it, and its documentation is its tests. */
interface TicketContext {
  onticketkeycallback: (name: Buffer, iv: Buffer, isSealing: boolean) => TicketAnswer;
  enableTicketKeyCallback(): void;
}

function contextOf(server: Server): TicketContext | undefined {
  const { _sharedCreds: shared } = server as unknown as {
    readonly _sharedCreds?: { readonly context?: Partial<TicketContext> };
  };
  const context = shared?.context;
  return typeof context?.enableTicketKeyCallback === 'function'
    ? (context as TicketContext) // it has the one method that tells them apart
    : undefined;
}

function partsOf(key: Uint8Array): { name: Buffer; mac: Buffer; cipher: Buffer } {
  const part = (index: number): Buffer =>
    Buffer.from(key.buffer, key.byteOffset + index * PART, PART);
  return { name: part(0), mac: part(1), cipher: part(2) };
}

/** One call for many: asking the system for 16 bytes costs as much as for thousands. */
function createIvSource(): () => Buffer {
  let pool = Buffer.alloc(0);
  return () => {
    if (pool.length < PART) {
      pool = Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_POOL_BYTES)));
    }
    const iv = pool.subarray(0, PART);
    pool = pool.subarray(PART);
    return iv;
  };
}
