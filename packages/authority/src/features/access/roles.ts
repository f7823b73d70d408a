import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, nearest, uuidv7 } from '@moorline/kernel';
import {
  type Actor,
  actorName,
  BUILT_IN_ROLES,
  PERMISSIONS,
  type Permission,
  ROLES,
} from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import type { Selectable } from 'kysely';
import { recordAudit } from '../audit/index.ts';
import { authorize, requireHeld } from './authorize.ts';
import { accessErrors } from './errors.ts';
import type { AccessTables } from './tables.ts';

/** A role: a named set of permissions. */
export interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isBuiltIn: boolean;
  readonly permissions: readonly Permission[];
  /** What its ETag carries; of built-in ones always 0. */
  readonly version: number;
}

export interface RoleContent {
  readonly name: string;
  readonly description: string;
  /** Ids of permissions, checked here. */
  readonly permissions: readonly string[];
}

/** The roles of the authority. Reading needs `roles.read`, changing `roles.manage`; every change is audited. */
export interface Roles {
  /** Built-in ones first, then by name. */
  list(actor: Actor): Promise<readonly RoleRow[]>;
  /** @throws `access.role_not_found` */
  get(actor: Actor, id: string): Promise<RoleRow>;
  /** @throws `access.role_name_taken`, `access.permission_unknown`, `access.exceeds_own`, `access.too_many` */
  create(actor: Actor, content: RoleContent): Promise<RoleRow>;
  /**
   * Takes effect with the next request of whoever holds it.
   * @param expected the version that the caller saw; null: whichever there is
   * @throws as `create`, and `access.role_not_found`, `access.role_built_in`, `access.changed_meanwhile`
   */
  update(
    actor: Actor,
    id: string,
    change: Partial<RoleContent>,
    expected: number | null,
  ): Promise<RoleRow>;
  /** @throws `access.role_assigned` with the names of the assignments, and as `update` */
  remove(actor: Actor, id: string, expected: number | null): Promise<void>;
}

const MAX_ROLES = 200;

export function createRoles(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly onChanged: () => void;
}): Roles {
  const { authorityId, database, clock, entropy, onChanged } = deps;

  async function audit(
    tx: Transaction,
    activity: string,
    actor: Actor,
    role: RoleContent & { readonly id: string },
  ): Promise<void> {
    await recordAudit(tx, {
      activity,
      actor: actorName(actor),
      target: role.name,
      result: 'success',
      details: { roleId: role.id, permissions: [...role.permissions] },
      at: clock.now(),
    });
    tx.afterCommit(onChanged);
  }

  async function requireFreeName(tx: Transaction, name: string, id: string): Promise<void> {
    const lower = name.toLowerCase();
    const isBuiltIn = ROLES.some((role) => role.toLowerCase() === lower);
    const other = await sqlOf<AccessTables>(tx)
      .selectFrom('role_definitions')
      .select('id')
      .where('authority_id', '=', authorityId)
      .where((eb) => eb('name_key', '=', eb.fn<string>('lower', [eb.val(name)])))
      .where('id', '!=', id)
      .executeTakeFirst();
    if (isBuiltIn || other) throw accessErrors.roleNameTaken({ name });
  }

  /** The role that may be changed, held until the transaction ends. */
  async function lockOwn(tx: Transaction, id: string, expected: number | null): Promise<RoleRow> {
    const builtIn = BUILT_IN_ROLES.find((role) => role.id === id);
    if (builtIn) throw accessErrors.roleBuiltIn({ name: builtIn.name });
    const row = await sqlOf<AccessTables>(tx)
      .selectFrom('role_definitions')
      .selectAll()
      .where('authority_id', '=', authorityId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw accessErrors.roleNotFound();
    if (expected !== null && Number(row.version) !== expected) {
      throw accessErrors.changedMeanwhile();
    }
    return toRow(row);
  }

  return {
    async list(actor) {
      authorize(actor, 'roles.read');
      return database.read(authorityId, readRoles);
    },

    async get(actor, id) {
      authorize(actor, 'roles.read');
      const roles = await database.read(authorityId, readRoles);
      const found = roles.find((role) => role.id === id);
      if (!found) throw accessErrors.roleNotFound();
      return found;
    },

    async create(actor, content) {
      authorize(actor, 'roles.manage');
      const permissions = knownPermissions(content.permissions);
      requireHeld(actor, permissions);
      return database.transaction(authorityId, async (tx) => {
        const all = await readRoles(tx);
        if (all.length >= MAX_ROLES) throw accessErrors.tooMany({ limit: MAX_ROLES });
        const id = uuidv7(clock, entropy);
        await requireFreeName(tx, content.name, id);
        const now = new Date(clock.now());
        const row = await sqlOf<AccessTables>(tx)
          .insertInto('role_definitions')
          .values({
            authority_id: authorityId,
            id,
            name: content.name,
            description: content.description,
            permissions,
            version: '1',
            created_at: now,
            changed_at: now,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) throw accessErrors.roleNameTaken({ name: content.name });
        await audit(tx, 'access.create_role', actor, { ...content, id, permissions });
        return toRow(row);
      });
    },

    async update(actor, id, change, expected) {
      authorize(actor, 'roles.manage');
      return database.transaction(authorityId, async (tx) => {
        const before = await lockOwn(tx, id, expected);
        const permissions = knownPermissions(change.permissions ?? before.permissions);
        // Taking away what one does not hold oneself would be as good a weapon as giving it.
        requireHeld(actor, [...before.permissions, ...permissions]);
        const { name = before.name, description = before.description } = change;
        await requireFreeName(tx, name, id);
        const row = await sqlOf<AccessTables>(tx)
          .updateTable('role_definitions')
          .set({
            name,
            description,
            permissions,
            version: String(before.version + 1),
            changed_at: new Date(clock.now()),
          })
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        await audit(tx, 'access.update_role', actor, { id, name, description, permissions });
        return toRow(row);
      });
    },

    async remove(actor, id, expected) {
      authorize(actor, 'roles.manage');
      await database.transaction(authorityId, async (tx) => {
        const role = await lockOwn(tx, id, expected);
        requireHeld(actor, role.permissions);
        const db = sqlOf<AccessTables>(tx);
        const assignments = await db
          .selectFrom('role_assignments')
          .select('name')
          .where('authority_id', '=', authorityId)
          .where('role_id', '=', id)
          .orderBy('name')
          .limit(10)
          .execute();
        if (assignments.length > 0) {
          const by = assignments.map(({ name }) => name).join(', ');
          throw accessErrors.roleAssigned({ name: role.name, by });
        }
        await db
          .deleteFrom('role_definitions')
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .execute();
        await audit(tx, 'access.delete_role', actor, role);
      });
    },
  };
}

/** Every role, built-in ones first, then by name. */
export async function readRoles(tx: Transaction): Promise<readonly RoleRow[]> {
  const rows = await sqlOf<AccessTables>(tx)
    .selectFrom('role_definitions')
    .selectAll()
    .where('authority_id', '=', tx.authorityId)
    .orderBy('name_key')
    .execute();
  return [
    ...BUILT_IN_ROLES.map((role) => ({ ...role, isBuiltIn: true, version: 0 })),
    ...rows.map(toRow),
  ];
}

/** In the catalogue's order, each once. @throws `access.permission_unknown` */
function knownPermissions(names: readonly string[]): Permission[] {
  for (const name of names) {
    if (PERMISSIONS.some((permission) => permission === name)) continue;
    const near = nearest(name.slice(0, 64), PERMISSIONS);
    throw accessErrors.permissionUnknown({
      permission: name.slice(0, 64),
      hint: near ? `Did you mean ${near}?` : 'List them with “moorline permissions list”.',
    });
  }
  return PERMISSIONS.filter((permission) => names.includes(permission));
}

function toRow(row: Selectable<AccessTables['role_definitions']>): RoleRow {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    isBuiltIn: false,
    // What a later version has taken out of the catalogue is nothing any more.
    permissions: PERMISSIONS.filter((permission) => row.permissions.includes(permission)),
    version: Number(row.version),
  };
}
