import { createBus } from '@moorline/bus';
import { Session } from '@moorline/contracts/admin';
import { type Database, type Migration, recordset, sqlOf } from '@moorline/db';
import {
  type AuthorityId,
  type Clock,
  type Logger,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import type { Actor, InventoryRow, Role } from '@moorline/model';
import { createQueryLanguage, type QueryLanguage } from '@moorline/query-language';
import { sql } from 'kysely';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { DEVICES_MIGRATIONS } from '../devices/index.ts';
import { INVENTORY_MIGRATIONS } from '../inventory/index.ts';
import { createGroups, type Groups } from './groups.ts';
import { GROUPS_MIGRATIONS } from './migrations.ts';
import { QUERY_CLASSES } from './query-classes.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [, LOWER] = Session.properties.authority.properties.kind.enum;

export const actor = (role: Role): Actor => ({
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role,
  via: 'session',
});
export const ADMIN: Actor = actor('Administrator');

/** The tables that groups work on. */
export const LAB_MIGRATIONS: readonly Migration[] = [
  ...AUDIT_MIGRATIONS,
  ...DEVICES_MIGRATIONS,
  ...INVENTORY_MIGRATIONS,
  ...GROUPS_MIGRATIONS,
];

/** A test's own database, with LAB_MIGRATIONS applied. */
export interface LabDatabase extends AsyncDisposable {
  readonly database: Database;
  newAuthority(): AuthorityId;
  asOwner(statement: string): Promise<unknown>;
}

/** A clock that moves when the test says so. */
export interface LabClock extends Clock {
  advance(byMs: number): void;
}

export interface GroupsTestbed extends AsyncDisposable {
  readonly test: LabDatabase;
  readonly language: QueryLanguage;
  lab(): GroupsLab;
}

/** An authority with its groups, and devices whose rows are written past the agent's gateway. */
export interface GroupsLab {
  readonly authorityId: AuthorityId;
  readonly groups: Groups;
  readonly clock: LabClock;
  /** What was logged as an error. */
  readonly errors: unknown[][];
  /** Another process on the same database: nothing of the first one's memory. */
  restart(): Groups;
  device(columns?: Readonly<Record<string, unknown>>): Promise<string>;
  change(deviceId: string, columns: Readonly<Record<string, unknown>>): Promise<void>;
  remove(deviceId: string): Promise<void>;
  document(deviceId: string, className: string, rows: readonly InventoryRow[]): Promise<void>;
  /** Ids of the members, sorted. */
  members(groupId: string): Promise<string[]>;
}

export function openGroupsTestbed(test: LabDatabase, newClock: () => LabClock): GroupsTestbed {
  const language = createQueryLanguage({ classes: QUERY_CLASSES, logger: silentLogger });
  return {
    test,
    language,
    lab: () => createLab(test, language, newClock()),
    async [Symbol.asyncDispose]() {
      await language[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

function createLab(test: LabDatabase, language: QueryLanguage, clock: LabClock): GroupsLab {
  const authorityId = test.newAuthority();
  const errors: unknown[][] = [];
  const logger: Logger = { ...silentLogger, error: (...args: unknown[]) => void errors.push(args) };
  const { database } = test;
  const restart = (): Groups =>
    createGroups({
      profile: { authorityId, name: 'Lab', kind: LOWER, managedBy: LOWER },
      database,
      bus: createBus(silentLogger),
      clock,
      entropy: systemEntropy,
      logger,
      language,
    });
  const groups = restart();
  let hashes = 0;

  const change = (deviceId: string, columns: Readonly<Record<string, unknown>>): Promise<void> =>
    database.transaction(authorityId, async (tx) => {
      for (const [column, value] of Object.entries(columns)) {
        await sql`update devices set ${sql.ref(column)} = ${value}
          where authority_id = ${authorityId} and id = ${deviceId}`.execute(sqlOf(tx));
      }
    });

  return {
    authorityId,
    groups,
    clock,
    errors,
    restart,
    change,
    async device(columns = {}) {
      const id = uuidv7(clock, systemEntropy);
      const at = new Date(clock.now());
      await database.transaction(authorityId, async (tx) => {
        await sql`insert into devices (authority_id, id, name, operating_system, enrolled_at, last_contact_at,
            client_version, certificate_expires_at)
          values (${authorityId}, ${id}, ${`pc-${id.slice(-6)}`}, 'Debian GNU/Linux', ${at}, ${at}, '1.0.0',
            ${at})`.execute(sqlOf(tx));
      });
      await change(id, columns);
      return id;
    },
    remove: (deviceId) =>
      database.transaction(authorityId, async (tx) => {
        await sql`delete from devices
          where authority_id = ${authorityId} and id = ${deviceId}`.execute(sqlOf(tx));
      }),
    document: (deviceId, className, rows) =>
      database.transaction(authorityId, async (tx) => {
        const at = new Date(clock.now()).toISOString();
        const input = [{ rows }];
        await sql`insert into inventory_documents
            (authority_id, device_id, class_name, hash, collected_at, received_at, row_count, rows)
          select ${authorityId}::uuid, ${deviceId}::uuid, ${className}, ${String(++hashes)}, ${at}::timestamptz,
            ${at}::timestamptz, ${rows.length}, rows from ${recordset(input, { rows: 'jsonb' })}
          on conflict (authority_id, device_id, class_name) do update
            set hash = excluded.hash, rows = excluded.rows`.execute(sqlOf(tx));
      }),
    async members(groupId) {
      const page = await groups.members(ADMIN, groupId, { top: 1000, skipToken: null });
      return page.members.map(({ id }) => id).sort();
    },
  };
}
