import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, writeDurably } from '@moorline/files';
import type { Listener, TicketKeys } from '@moorline/http';
import type { Clock, Entropy, Logger, TaskGroup } from '@moorline/kernel';

/** The gateway's keys of session tickets: devices resume their sessions over restarts of the host. */
export interface TicketKeyring {
  readonly keys: TicketKeys;
  /** Changes the keys once a day, on the open listener. */
  rotateOn(listener: Listener, tasks: TaskGroup): void;
}

const FILE = 'session-tickets.json';
const LIFE_MS = 24 * 3_600_000;
const LOOK_MS = 3_600_000;
const KEY_BYTES = 48;

interface StoredKey {
  readonly madeAt: number;
  /** Base64. */
  readonly key: string;
}

/**
 * Opens the keys in `folder` (0600, beside the authority's own key, because whoever has them can resume as any
 * device), or makes them. A key seals for a day and opens for one day more; a file that cannot be read is
 * replaced, which costs each device one full handshake.
 */
export async function openTicketKeys(deps: {
  readonly folder: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
}): Promise<TicketKeyring> {
  const { clock, entropy, logger } = deps;
  const file = join(deps.folder, FILE);
  let stored = parse(await readIfPresent(file));

  async function rotateIfDue(): Promise<boolean> {
    const now = clock.now();
    const [newest] = stored;
    if (newest && isWithin(newest, now, LIFE_MS)) return false;
    const made: StoredKey = {
      madeAt: now,
      key: Buffer.from(entropy.bytes(KEY_BYTES)).toString('base64'),
    };
    const next = [made, ...stored.filter((one) => isWithin(one, now, 2 * LIFE_MS))].slice(0, 2);
    await mkdir(deps.folder, { recursive: true, mode: 0o700 });
    // On disk first: a ticket that is out must open after a kill, too.
    await writeDurably(file, JSON.stringify({ keys: next }), { mode: 0o600 });
    stored = next;
    return true;
  }
  await rotateIfDue();

  return {
    get keys() {
      return keysOf(stored);
    },
    rotateOn(listener, tasks) {
      tasks.run('rotate session tickets', async (signal) => {
        for (;;) {
          await clock.sleep(LOOK_MS, { signal });
          try {
            if (await rotateIfDue()) listener.setTicketKeys(keysOf(stored));
          } catch (error) {
            logger.warn({ err: error, file }, 'keys of session tickets are changed later');
          }
        }
      });
    },
  };
}

// A clock that was put back makes keys of the future: they are replaced, too.
function isWithin({ madeAt }: StoredKey, now: number, lifeMs: number): boolean {
  return Math.abs(now - madeAt) < lifeMs;
}

function keysOf([newest, ...former]: readonly StoredKey[]): TicketKeys {
  if (!newest) throw new Error('there is no ticket key');
  const bytes = ({ key }: StoredKey): Buffer => Buffer.from(key, 'base64');
  return { current: bytes(newest), former: former.map(bytes) };
}

function parse(text: string | undefined): readonly StoredKey[] {
  if (text === undefined) return [];
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown };
    if (!Array.isArray(keys)) return [];
    const stored = keys.filter(isStoredKey);
    return stored.length === keys.length ? stored : [];
  } catch {
    return [];
  }
}

function isStoredKey(value: unknown): value is StoredKey {
  if (value === null || typeof value !== 'object') return false;
  const { madeAt, key } = value as Partial<Record<keyof StoredKey, unknown>>;
  return (
    typeof madeAt === 'number' &&
    typeof key === 'string' &&
    Buffer.from(key, 'base64').length === KEY_BYTES
  );
}
