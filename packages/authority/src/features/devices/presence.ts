import type { Bus } from '@moorline/bus';
import { appendChanges, type Database, recordset, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock, DeviceId, Logger } from '@moorline/kernel';
import type { AuthenticatedDevice } from '@moorline/model/ports';
import { sql } from 'kysely';
import { announce } from '../../topics.ts';

/** Who is connected now, and when who was last in contact: kept in memory, written together. */
export interface Presence {
  opened(device: AuthenticatedDevice, connectionId: string): void;
  closed(device: AuthenticatedDevice, connectionId: string): void;
  contacted(device: AuthenticatedDevice, facts: { readonly clientVersion?: string }): void;
  isConnected(id: DeviceId): boolean;
  connected(): readonly DeviceId[];
  /** The device is gone: nothing of it is written any more. */
  forget(id: DeviceId): void;
  /** Writes what is noted, at most one statement per window, until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes what is noted now. */
  flush(): Promise<void>;
}

/** Notes of one window are one statement. */
export const PRESENCE_WINDOW_MS = 200;
/** A contact is worth a write when the last one written is this old. */
const CONTACT_RESOLUTION_MS = 30_000;
/** How long devices that were online at the last stop have to come back. */
const GRACE_MS = 90_000;
const CLIENT_VERSION_LENGTH = 64;
const ROWS_PER_STATEMENT = 1000;

interface Note {
  online?: boolean;
  contactAt?: number;
  clientVersion?: string;
}

export function createPresence(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
}): Presence {
  const { authorityId, database, bus, clock, logger } = deps;
  const channels = new Map<DeviceId, Set<string>>();
  const writtenAt = new Map<DeviceId, number>();
  const versions = new Map<DeviceId, string>();
  let notes = new Map<DeviceId, Note>();
  let wake: (() => void) | null = null;
  let flushing: Promise<void> = Promise.resolve();

  function note(id: DeviceId, what: Note): void {
    notes.set(id, { ...notes.get(id), ...what });
    wake?.();
  }

  async function write(batch: readonly (readonly [DeviceId, Note])[]): Promise<void> {
    const rows = batch.map(([id, what]) => ({
      id,
      online: what.online ?? null,
      contact_at: what.contactAt === undefined ? null : new Date(what.contactAt).toISOString(),
      client_version: what.clientVersion ?? null,
    }));
    await database.transaction(authorityId, async (tx) => {
      const { rows: changed } = await sql<{ id: string }>`
        with input as materialized (
          select d.id, t.online, t.contact_at, t.client_version
          from devices d join ${recordset(rows, { id: 'uuid', online: 'boolean', contact_at: 'timestamptz', client_version: 'text' })}
            on d.id = t.id
          where d.authority_id = ${authorityId} and d.origin is null
          order by d.id for no key update of d
        )
        update devices d set
          online = coalesce(i.online, d.online),
          last_contact_at = greatest(d.last_contact_at, i.contact_at),
          client_version = coalesce(i.client_version, d.client_version)
        from input i where d.authority_id = ${authorityId} and d.id = i.id
        returning d.id`.execute(sqlOf(tx));
      const ids = changed.map((row) => row.id);
      await appendChanges(tx, 'device', ids);
      announce(bus, tx, 'device', ids, { uploadable: true });
    });
  }

  async function flushNow(): Promise<void> {
    const batch = [...notes];
    notes = new Map();
    for (let start = 0; start < batch.length; start += ROWS_PER_STATEMENT) {
      const slice = batch.slice(start, start + ROWS_PER_STATEMENT);
      try {
        await write(slice);
      } catch (error) {
        logger.warn({ err: error, devices: slice.length }, 'presence is written later');
        // What was noted meanwhile is newer.
        for (const [id, what] of slice) notes.set(id, { ...what, ...notes.get(id) });
      }
    }
  }

  function flush(): Promise<void> {
    flushing = flushing.then(flushNow);
    return flushing;
  }

  /** Takes devices offline that the table calls online and that have not come back since the start. */
  async function settleAfterStart(signal: AbortSignal): Promise<void> {
    await clock.sleep(GRACE_MS, { signal });
    for (;;) {
      try {
        await takeAbsentOffline();
        return;
      } catch (error) {
        logger.warn({ err: error }, 'absent devices are taken offline later');
        await clock.sleep(GRACE_MS, { signal });
      }
    }
  }

  async function takeAbsentOffline(): Promise<void> {
    await database.transaction(authorityId, async (tx) => {
      const { rows } = await sql<{ id: string }>`update devices set online = false
        where authority_id = ${authorityId} and origin is null and online
          and id <> all(${[...channels.keys()]}::uuid[])
        returning id`.execute(sqlOf(tx));
      const ids = rows.map((row) => row.id);
      await appendChanges(tx, 'device', ids);
      announce(bus, tx, 'device', ids, { uploadable: true });
    });
  }

  async function writeLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (notes.size === 0) await nextNote(signal);
      await clock.sleep(PRESENCE_WINDOW_MS, { signal });
      await flush();
    }
  }

  function nextNote(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      wake = () => {
        wake = null;
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
    });
  }

  return {
    opened({ deviceId }, connectionId) {
      const open = channels.get(deviceId) ?? new Set<string>();
      channels.set(deviceId, open.add(connectionId));
      const now = clock.now();
      writtenAt.set(deviceId, now);
      note(deviceId, { online: true, contactAt: now });
    },
    closed({ deviceId }, connectionId) {
      const open = channels.get(deviceId);
      if (!open?.delete(connectionId) || open.size > 0) return;
      channels.delete(deviceId);
      note(deviceId, { online: false, contactAt: clock.now() });
    },
    contacted({ deviceId }, facts) {
      const now = clock.now();
      const clientVersion = facts.clientVersion?.slice(0, CLIENT_VERSION_LENGTH);
      const isNewVersion = clientVersion !== undefined && versions.get(deviceId) !== clientVersion;
      if (!isNewVersion && now - (writtenAt.get(deviceId) ?? 0) < CONTACT_RESOLUTION_MS) return;
      writtenAt.set(deviceId, now);
      if (isNewVersion) versions.set(deviceId, clientVersion);
      note(deviceId, { contactAt: now, ...(isNewVersion ? { clientVersion } : {}) });
    },
    isConnected: (id) => channels.has(id),
    connected: () => [...channels.keys()],
    forget(id) {
      channels.delete(id);
      writtenAt.delete(id);
      versions.delete(id);
      notes.delete(id);
    },
    async run(signal) {
      await Promise.all([writeLoop(signal), settleAfterStart(signal)]);
    },
    flush,
  };
}
