import type { Bus } from '@moorline/bus';
import {
  appendChanges,
  type Database,
  type Migration,
  recordset,
  secureTable,
  sqlOf,
} from '@moorline/db';
import { type AuthorityId, type DeviceId, defineErrors } from '@moorline/kernel';
import type { Action, Actor } from '@moorline/model';
import type {
  DeviceAdministration,
  Transaction,
  UploadedAction,
  UploadedDevice,
  UploadSelection,
  UploadSource,
} from '@moorline/model/ports';
import { sql } from 'kysely';
import { CHANGE_LOG } from '../topics.ts';
import { bucketsOf, digestsOf } from './told-digest.fixture.ts';

interface Tables {
  own_devices: { authority_id: string; id: string; body: UploadedDevice };
  own_actions: { authority_id: string; id: string; body: UploadedAction };
}

export const SITE_ENGINE_MIGRATIONS: readonly Migration[] = [
  {
    id: 'site-engine/0001-initial',
    async up(db) {
      for (const table of ['own_devices', 'own_actions']) {
        await sql`create table ${sql.table(table)} (authority_id uuid not null, id uuid not null,
          body jsonb not null, primary key (authority_id, id))`.execute(db);
        await secureTable(db, table);
      }
    },
  },
];

const errors = defineErrors({
  denied: { code: 'access.denied', kind: 'failure', status: 403, text: '{name} may not do that.' },
  deviceUnknown: {
    code: 'devices.not_found',
    kind: 'failure',
    status: 404,
    text: 'No such device.',
  },
});

/** What every action's file holds. */
export const FILE: Buffer = Buffer.from('a file of a device');

/** The least of an engine that a site needs: devices and actions in PostgreSQL, with their change log. */
export interface SiteEngine {
  readonly source: UploadSource;
  /** Members of the groups that a selection may name. */
  readonly groups: Map<string, ReadonlySet<DeviceId>>;
  readonly administration: DeviceAdministration;
  putDevices(devices: readonly UploadedDevice[]): Promise<void>;
  removeDevice(id: DeviceId): Promise<void>;
  /** As whom each action was requested, in order. */
  readonly requests: readonly { readonly actor: Actor; readonly id: string }[];
  actionCount(): Promise<number>;
  deviceCount(): Promise<number>;
}

export function createSiteEngine(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly bus: Bus;
}): SiteEngine {
  const { authorityId, database, bus } = deps;
  const requests: { actor: Actor; id: string }[] = [];
  const groups = new Map<string, ReadonlySet<DeviceId>>();

  const put = (
    table: string,
    topic: string,
    items: readonly { readonly id: string }[],
  ): Promise<void> =>
    database.transaction(authorityId, async (tx) => {
      const rows = items.map((item) => ({ id: item.id, body: item }));
      await sql`insert into ${sql.table(table)} (authority_id, id, body)
        select ${authorityId}::uuid, id, body from ${recordset(rows, { id: 'uuid', body: 'jsonb' })}
        on conflict (authority_id, id) do update set body = excluded.body`.execute(sqlOf(tx));
      await appendChanges(
        tx,
        topic,
        items.map((item) => item.id),
      );
      tx.afterCommit(() => bus.publish(CHANGE_LOG, undefined));
    });

  const ownDevices = async (tx: Transaction): Promise<UploadedDevice[]> => {
    const rows = await sqlOf<Tables>(tx).selectFrom('own_devices').select('body').execute();
    return rows.map((row) => row.body);
  };
  const isSelected = (id: DeviceId, selection: UploadSelection): boolean => {
    const isIn = (groupId: string): boolean => groups.get(groupId)?.has(id) === true;
    return selection.groupIds?.some(isIn) !== false && !selection.excludedGroupIds.some(isIn);
  };
  const toldDevices = async (
    tx: Transaction,
    selection: UploadSelection,
  ): Promise<UploadedDevice[]> =>
    (await ownDevices(tx))
      .filter(({ id }) => isSelected(id, selection))
      .map(withoutHealth(selection));

  const exists = async (deviceId: DeviceId): Promise<void> => {
    const [found] = await source.readDevices([deviceId]);
    if (!found) throw errors.deviceUnknown();
  };

  const source: UploadSource = {
    readDevices: (ids) =>
      database.read(authorityId, async (tx) => {
        const rows = await sqlOf<Tables>(tx)
          .selectFrom('own_devices')
          .select('body')
          .where('authority_id', '=', authorityId)
          .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
          .execute();
        return rows.map((row) => row.body);
      }),
    readActions: (ids) =>
      database.read(authorityId, async (tx) => {
        const rows = await sqlOf<Tables>(tx)
          .selectFrom('own_actions')
          .select('body')
          .where('authority_id', '=', authorityId)
          .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
          .execute();
        return rows.map((row) => row.body);
      }),
    async selectDevices(ids, selection) {
      const all = await source.readDevices(ids);
      const devices = all.filter(({ id }) => isSelected(id, selection));
      const told = new Set(devices.map(({ id }) => id));
      const withheld = all.map(({ id }) => id).filter((id) => !told.has(id));
      return { devices: devices.map(withoutHealth(selection)), withheld, mayHaveLeft: false };
    },
    previewDevices: (selection, limit) =>
      database.read(authorityId, async (tx) => {
        const all = await ownDevices(tx);
        const selected = all.filter(({ id }) => isSelected(id, selection));
        return {
          selected: selected.length,
          withheld: all.length - selected.length,
          first: selected.slice(0, limit).map(withoutHealth(selection)),
        };
      }),
    async changeSelection(tx, before, after, { wasTold }) {
      const all = (await ownDevices(tx)).map(({ id }) => id);
      await appendChanges(
        tx,
        'device',
        all.filter((id) => isSelected(id, after)),
      );
      if (!wasTold) return;
      await appendChanges(
        tx,
        'departure',
        all.filter((id) => isSelected(id, before) && !isSelected(id, after)),
      );
    },
    async noteDevices(tx, { changed, departed }) {
      const ids =
        'categories' in changed
          ? (await ownDevices(tx)).map(({ id }) => id).filter((id) => isSelected(id, changed))
          : changed;
      await appendChanges(tx, 'device', ids);
      await appendChanges(tx, 'departure', departed);
    },
    digestBuckets: async (tx, selection) => bucketsOf(await toldDevices(tx, selection)),
    digestDevices: async (tx, selection, buckets) =>
      digestsOf(await toldDevices(tx, selection), buckets),
  };

  const administration: DeviceAdministration = {
    async requestAction(actor, { id, deviceId, kind, expiresAt }) {
      if (actor.kind !== 'user' || actor.role === 'Read only') {
        throw errors.denied({
          ...{ name: actor.name, permission: 'devices.sync', role: 'Read only' },
        });
      }
      await exists(deviceId);
      if (!id) throw new Error('a relayed action has an id');
      requests.push({ actor, id });
      const at = new Date().toISOString();
      const hop = {
        state: 'authorized',
        at,
        place: 'site',
        placeName: 'HQ1',
        reason: 'Allowed.',
      } as const;
      await put('own_actions', 'action', [{ id, hops: [hop], result: null } as UploadedAction]);
      const action: Action = {
        id,
        deviceId,
        kind,
        state: 'authorized',
        requestedAt: at,
        expiresAt: expiresAt ?? at,
        requestedBy: actor.name,
        hops: [hop],
        result: null,
        bulkActionId: null,
        cancellation: null,
      };
      return action;
    },
    readAction: async (actor) => {
      throw errors.denied({ name: actor.kind });
    },
    readActionFile: async (_actor, _id, { offset, length }) => ({
      sizeBytes: FILE.length,
      sha256: 'a'.repeat(64),
      data: FILE.subarray(offset, offset + length),
    }),
    cancelAction: async (actor) => {
      throw errors.denied({ name: actor.kind });
    },
    async inventoryOverview(_actor, deviceId) {
      await exists(deviceId);
      const at = '2026-11-23T10:00:00.000Z';
      return {
        classes: [
          { className: 'Bios', rowCount: 1, collectedAt: at, receivedAt: at, hash: 'a'.repeat(64) },
        ],
      };
    },
    async inventoryDocument(_actor, deviceId, className, { skip, top }) {
      await exists(deviceId);
      const at = '2026-11-23T10:00:00.000Z';
      const text = 'x'.repeat(className === 'Large' ? 5000 : 100);
      const rows = Array.from({ length: top }, (_, index) => ({
        Index: skip + index,
        Text: text,
      }));
      return { className, collectedAt: at, receivedAt: at, rowCount: rows.length, rows };
    },
    async inventoryHistory(_actor, deviceId, className) {
      await exists(deviceId);
      const [collectedAt, hash] = ['2026-11-23T10:00:00.000Z', 'a'.repeat(64)];
      const period = { from: '2026-11-20', to: '2026-11-23', rowCount: 1, collectedAt, hash };
      return { className, periods: [period] };
    },
    async inventoryDifference(_actor, deviceId, className, { from, to }) {
      await exists(deviceId);
      const after = { Index: 1 };
      const change = { kind: 'added', columns: ['Index'], before: null, after } as const;
      return { className, from, to, added: 1, removed: 0, changed: 0, changes: [change] };
    },
    async refreshInventory(_actor, deviceId) {
      await exists(deviceId);
      return { receivedAt: '2026-11-23T10:00:01.000Z' };
    },
  };

  return {
    source,
    groups,
    administration,
    requests,
    putDevices: (devices) => put('own_devices', 'device', devices),
    async removeDevice(id) {
      await database.transaction(authorityId, async (tx) => {
        await sqlOf<Tables>(tx)
          .deleteFrom('own_devices')
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .execute();
        await appendChanges(tx, 'device', [id]);
        tx.afterCommit(() => bus.publish(CHANGE_LOG, undefined));
      });
    },
    deviceCount: () =>
      database.read(authorityId, async (tx) => {
        const rows = await sqlOf<Tables>(tx).selectFrom('own_devices').select('id').execute();
        return rows.length;
      }),
    actionCount: () =>
      database.read(authorityId, async (tx) => {
        const rows = await sqlOf<Tables>(tx).selectFrom('own_actions').select('id').execute();
        return rows.length;
      }),
  };
}

/** Of the categories, the lab knows health alone. */
function withoutHealth({
  categories,
}: UploadSelection): (device: UploadedDevice) => UploadedDevice {
  return (device) =>
    categories.includes('health')
      ? device
      : {
          ...device,
          online: null,
          lastContactAt: null,
          clientVersion: null,
          certificateExpiresAt: null,
        };
}
