import type { ConnectorDetail } from '@moorline/contracts/admin';
import { type Database, type Migration, recordset, secureTable, sqlOf } from '@moorline/db';
import type { ActionId, AuthorityId, ConnectorId, DeviceId } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type {
  RemoteAction,
  RemoteActionQueue,
  RemoteCancelAnswer,
  Transaction,
  UploadedAction,
  UploadedDevice,
  UploadSink,
} from '@moorline/model/ports';
import { sql } from 'kysely';
import type { AuditRecord, RecordAudit } from '../ports.ts';
import { bucketsOf, digestsOf } from './told-digest.fixture.ts';

interface Tables {
  audit: { authority_id: string; record: AuditRecord };
  received_devices: {
    authority_id: string;
    origin: string;
    id: string;
    body: UploadedDevice;
    times: number;
  };
  received_actions: {
    authority_id: string;
    origin: string;
    id: string;
    body: UploadedAction;
    times: number;
  };
}

/** Where the recording ports below keep what they are given, in the transaction that they are given. */
export const RECORDER_MIGRATIONS: readonly Migration[] = [
  {
    id: 'recorder/0001-initial',
    async up(db) {
      await sql`create table audit (authority_id uuid not null, id bigint generated always as identity,
        record jsonb not null, primary key (authority_id, id))`.execute(db);
      await secureTable(db, 'audit');
      for (const table of ['received_devices', 'received_actions']) {
        await sql`create table ${sql.table(table)} (authority_id uuid not null, origin uuid not null,
          id uuid not null, body jsonb not null, times int not null,
          primary key (authority_id, origin, id))`.execute(db);
        await secureTable(db, table);
      }
    },
  },
];

export const recordAudit: RecordAudit = async (tx, record) => {
  await sql`insert into audit (authority_id, record)
    values (${tx.authorityId}, ${JSON.stringify(record)}::jsonb)`.execute(sqlOf(tx));
};

export function readAudit(
  database: Database,
  authorityId: AuthorityId,
): Promise<readonly AuditRecord[]> {
  return database.read(authorityId, async (tx) => {
    const rows = await sqlOf<Tables>(tx).selectFrom('audit').select('record').execute();
    return rows.map((row) => row.record);
  });
}

/** An upload sink that counts how often it was given each record. */
export function createRecordingSink(): UploadSink {
  const keep = async (
    table: string,
    tx: Parameters<RecordAudit>[0],
    origin: ConnectorId,
    items: readonly { readonly id: string }[],
  ): Promise<void> => {
    const rows = items.map((item) => ({ id: item.id, body: item }));
    await sql`insert into ${sql.table(table)} as known (authority_id, origin, id, body, times)
      select ${tx.authorityId}::uuid, ${origin}::uuid, id, body, 1
      from ${recordset(rows, { id: 'uuid', body: 'jsonb' })}
      on conflict (authority_id, origin, id) do update
      set body = excluded.body, times = known.times + 1`.execute(sqlOf(tx));
  };
  return {
    stageDevices: async (tx, devices) => ({
      apply: (origin) => keep('received_devices', tx, origin, devices),
    }),
    applyActions: (tx, origin, actions) => keep('received_actions', tx, origin, actions),
    digestBuckets: async (tx, origin) => bucketsOf(await heldOf(tx, origin)),
    digestDevices: async (tx, origin, buckets) => digestsOf(await heldOf(tx, origin), buckets),
    async removeDevices(tx, origin, ids) {
      await sqlOf<Tables>(tx)
        .deleteFrom('received_devices')
        .where('authority_id', '=', tx.authorityId)
        .where('origin', '=', origin)
        .where('id', 'in', [...ids])
        .execute();
    },
  };
}

async function heldOf(tx: Transaction, origin: ConnectorId): Promise<UploadedDevice[]> {
  const rows = await sqlOf<Tables>(tx)
    .selectFrom('received_devices')
    .select('body')
    .where('authority_id', '=', tx.authorityId)
    .where('origin', '=', origin)
    .execute();
  return rows.map((row) => row.body);
}

/** Ids of what was received of an origin and is there still. */
export async function receivedIds(
  tx: Transaction,
  origin: ConnectorId,
  limit: number,
): Promise<readonly DeviceId[]> {
  const rows = await sqlOf<Tables>(tx)
    .selectFrom('received_devices')
    .select('id')
    .where('authority_id', '=', tx.authorityId)
    .where('origin', '=', origin)
    .limit(limit)
    .execute();
  return rows.map((row) => row.id as DeviceId); // the column of that name
}

/** Of a tenant whose engine is not there. */
export const NO_ACTIONS: ConnectorDetail['actions'] = {
  inFlight: 0,
  lastHour: { count: 0, p50Ms: null, p99Ms: null },
  lastDay: { count: 0, p50Ms: null, p99Ms: null },
  oldestWaiting: null,
};

export interface Received<T> {
  readonly body: T;
  readonly times: number;
}

export function receivedDevices(
  database: Database,
  authorityId: AuthorityId,
): Promise<readonly Received<UploadedDevice>[]> {
  return database.read(authorityId, (tx) =>
    sqlOf<Tables>(tx)
      .selectFrom('received_devices')
      .select(['body', 'times'])
      .orderBy('id')
      .execute(),
  );
}

export function receivedActions(
  database: Database,
  authorityId: AuthorityId,
): Promise<readonly Received<UploadedAction>[]> {
  return database.read(authorityId, (tx) =>
    sqlOf<Tables>(tx)
      .selectFrom('received_actions')
      .select(['body', 'times'])
      .orderBy('id')
      .execute(),
  );
}

/** A queue of actions in memory, as the tests fill it. */
export interface TestQueue extends RemoteActionQueue {
  /** Somebody wants it ended. */
  cancel(id: ActionId): void;
  /** What came of asking for the end of actions. */
  readonly answers: readonly { readonly id: ActionId; readonly answer: RemoteCancelAnswer }[];
  queue(origin: ConnectorId, action: RemoteAction): void;
  /** The hops came back: the action is no longer queued. */
  leave(id: ActionId): void;
  readonly refusals: readonly {
    readonly id: ActionId;
    readonly placeName: string;
    readonly reason: string;
  }[];
}

export function createTestQueue(): TestQueue {
  const queued = new Map<ActionId, { origin: ConnectorId; action: RemoteAction }>();
  const cancels = new Map<ActionId, { origin: ConnectorId; actor: Actor }>();
  const answers: { id: ActionId; answer: RemoteCancelAnswer }[] = [];
  const refusals: { id: ActionId; placeName: string; reason: string }[] = [];
  return {
    refusals,
    answers,
    cancel(id) {
      const known = queued.get(id);
      if (known) cancels.set(id, { origin: known.origin, actor: known.action.actor });
    },
    async cancelsFor(origin) {
      return [...cancels]
        .filter(([, one]) => one.origin === origin)
        .map(([id, { actor }]) => ({ id, actor }));
    },
    async cancelAnswered(id, _placeName, answer) {
      cancels.delete(id);
      answers.push({ id, answer });
    },
    queue: (origin, action) => {
      queued.set(action.id, { origin, action });
    },
    leave: (id) => {
      queued.delete(id);
    },
    async queuedFor(origin, after) {
      const all = [...queued.values()]
        .filter((one) => one.origin === origin && !cancels.has(one.action.id))
        .map((one) => one.action);
      return all.slice(after ? all.findIndex(({ id }) => id === after.id) + 1 : 0);
    },
    async refused(id, placeName, reason) {
      queued.delete(id);
      refusals.push({ id, placeName, reason });
    },
  };
}

export function sampleDevice(id: DeviceId, name: string): UploadedDevice {
  return {
    id,
    summary: {
      name,
      operatingSystem: 'Debian GNU/Linux',
      osVersion: '12',
      manufacturer: 'QEMU',
      model: 'Standard PC',
      serialNumber: `SN-${name}`,
      architecture: 'x64',
      chassisType: 'desktop',
      physicalMemoryBytes: 8 * 2 ** 30,
      totalStorageBytes: 256 * 2 ** 30,
      freeStorageBytes: 100 * 2 ** 30,
      ethernetMacAddress: '02:00:00:00:00:01',
      wifiMacAddress: null,
    },
    online: true,
    lastContactAt: '2026-11-23T10:00:00.000Z',
    enrolledAt: '2026-11-01T10:00:00.000Z',
    clientVersion: '0.1.0',
    certificateExpiresAt: '2027-01-01T10:00:00.000Z',
  };
}
