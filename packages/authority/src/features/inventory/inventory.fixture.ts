import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createBus } from '@moorline/bus';
import { Session } from '@moorline/contracts/admin';
import { type Database, type Migration, readChanges } from '@moorline/db';
import {
  type AuthorityId,
  type Clock,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import {
  type Actor,
  canonicalRows,
  type InventoryRow,
  inventoryClass,
  type RowDelta,
  rowDelta,
} from '@moorline/model';
import type {
  AuthenticatedDevice,
  DeviceNudge,
  RemoteAuthorities,
  StateDocument,
} from '@moorline/model/ports';
import { ACCESS_MIGRATIONS } from '../access/index.ts';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import {
  createDevices,
  DEVICES_MIGRATIONS,
  type Devices,
  insertEnrolled,
} from '../devices/index.ts';
import { createRefusals, type Refusals } from '../refusals/index.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { INVENTORY_MIGRATIONS } from './migrations.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [UPPER] = Session.properties.authority.properties.kind.enum;

/** What the feature's tables stand on, and they. */
export const INVENTORY_LAB_MIGRATIONS: readonly Migration[] = [
  ...AUDIT_MIGRATIONS,
  ...ACCESS_MIGRATIONS,
  ...DEVICES_MIGRATIONS,
  ...INVENTORY_MIGRATIONS,
];

export const ADMIN: Actor = user('Administrator');
export const READER: Actor = user('Read only');
export const PAGE: { readonly skip: number; readonly top: number } = { skip: 0, top: 100 };

function user(role: 'Administrator' | 'Read only'): Actor {
  return { kind: 'user', userId: 'u' as UserId, name: 'ada', role, via: 'session' };
}

export function classOf(name: string): NonNullable<ReturnType<typeof inventoryClass>> {
  const found = inventoryClass(name);
  assert.ok(found, name);
  return found;
}

/** A row of the class, with null in every column that is not given. */
export function row(
  className: string,
  values: Record<string, string | number | null>,
): InventoryRow {
  const empty = classOf(className).columns.map((column) => [column.name, null] as const);
  return { ...Object.fromEntries(empty), ...values };
}

export function hash(className: string, rows: readonly InventoryRow[]): string {
  return createHash('sha256')
    .update(canonicalRows(classOf(className), rows))
    .digest('hex');
}

export function whole(className: string, ...rows: InventoryRow[]): StateDocument {
  return {
    className,
    hash: hash(className, rows),
    collectedAt: '2026-11-23T11:59:00.000Z',
    content: { kind: 'whole', rows },
  };
}

export function delta(
  className: string,
  from: readonly InventoryRow[],
  to: readonly InventoryRow[],
  change: RowDelta = rowDelta(classOf(className), from, to),
): StateDocument {
  return {
    className,
    hash: hash(className, to),
    collectedAt: '2026-11-23T11:59:30.000Z',
    content: { kind: 'delta', baseHash: hash(className, from), ...change },
  };
}

export function disk(name: string, freeSpace: number | null = 1): InventoryRow {
  return row('LogicalDisk', {
    Name: name,
    DeviceID: `/dev/${name}`,
    Size: 10,
    FreeSpace: freeSpace,
  });
}

export function os(version: string): StateDocument {
  return whole('OS', row('OS', { Name: 'Debian', Version: version }));
}

/** What the lab needs of a database for tests. */
export interface LabDatabase {
  readonly database: Database;
  newAuthority(): AuthorityId;
}

/** The inventory of a fresh authority, with one device of its own. */
export interface InventoryLab {
  readonly authorityId: AuthorityId;
  readonly devices: Devices;
  readonly inventory: Inventory;
  readonly refusals: Refusals;
  readonly own: AuthenticatedDevice;
  /** What other authorities were asked so far. */
  readonly relayed: unknown[];
  readonly nudges: [DeviceId, DeviceNudge][];
  enrol(name: string): Promise<AuthenticatedDevice>;
  put(...documents: StateDocument[]): ReturnType<Inventory['putDocuments']>;
  /** Stores a whole document that is collected now. */
  report(className: string, ...rows: InventoryRow[]): Promise<void>;
  stored(className: string): Promise<readonly InventoryRow[]>;
  /** Devices in the change log, and its end. */
  changes(): Promise<{ readonly count: number; readonly to: string }>;
}

export async function createInventoryLab(test: LabDatabase, clock: Clock): Promise<InventoryLab> {
  const authorityId = test.newAuthority();
  const { database } = test;
  const relayed: unknown[] = [];
  const nudges: [DeviceId, DeviceNudge][] = [];
  const deps = {
    profile: { authorityId, name: 'T', kind: UPPER, managedBy: UPPER },
    database,
    bus: createBus(silentLogger),
    clock,
    logger: silentLogger,
    nudger: {
      nudge: (id: DeviceId, nudge: DeviceNudge) => void nudges.push([id, nudge]),
      nudgeAll() {},
      disconnect() {},
    },
    remotes: {
      describe: () => ({ name: 'HQ1', online: true }),
      inventoryOverview: async (...call: unknown[]) => {
        relayed.push(call);
        return { classes: [] };
      },
    } as unknown as RemoteAuthorities,
  };
  const refusals = createRefusals({ ...deps, authorityId });
  const devices = createDevices({ ...deps, refusals });
  const inventory = createInventory({ ...deps, refusals });

  async function enrol(name: string): Promise<AuthenticatedDevice> {
    const deviceId = uuidv7<DeviceId>(clock, systemEntropy);
    const certificateExpiresAt = clock.now();
    await database.transaction(authorityId, (tx) =>
      insertEnrolled(
        tx,
        [{ id: deviceId, name, clientVersion: '0', certificateExpiresAt }],
        clock.now(),
      ),
    );
    return { deviceId, certificateSerial: 'aa' };
  }

  const own = await enrol('pc-1');
  return {
    authorityId,
    devices,
    inventory,
    refusals,
    own,
    relayed,
    nudges,
    enrol,
    put: (...documents) => inventory.putDocuments(own, documents),
    async report(className, ...rows) {
      const collectedAt = new Date(clock.now()).toISOString();
      const document = { ...whole(className, ...rows), collectedAt };
      const answer = await inventory.putDocuments(own, [document]);
      assert.deepEqual(answer.stored, [className]);
    },
    stored: async (className) =>
      (await inventory.inventoryDocument(READER, own.deviceId, className, PAGE)).rows,
    async changes() {
      const { entries, to } = await database.read(authorityId, (tx) =>
        readChanges(tx, { topics: ['device'], after: '0.0', limit: 100 }),
      );
      return { count: entries.length, to };
    },
  };
}
