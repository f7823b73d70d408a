import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, isUuid, uuidv7 } from '@moorline/kernel';
import { type Actor, actorName } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { recordAudit } from '../audit/index.ts';
import { authorize, requireHeld } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { type RoleRow, readRoles } from './roles.ts';
import type { AccessTables } from './tables.ts';

/** Who holds a role, and on which devices. */
export interface AssignmentRow {
  readonly id: string;
  readonly roleId: string;
  readonly name: string;
  readonly description: string;
  /** Administrators' ids. */
  readonly members: readonly string[];
  /** On all devices; else on those with one of the tags and those in one of the groups. */
  readonly reachesAll: boolean;
  readonly tagIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly version: number;
}
export type AssignmentContent = Omit<AssignmentRow, 'id' | 'version'>;

/** Reading needs `roles.read`, changing `roles.manage`; every change is audited and takes effect at once. */
export interface Assignments {
  list(actor: Actor): Promise<readonly AssignmentRow[]>;
  /** @throws `access.assignment_not_found` */
  get(actor: Actor, id: string): Promise<AssignmentRow>;
  /**
   * @throws `access.role_not_found`, `access.administrator_not_found`, `access.scope_tag_not_found`,
   *   `access.collection_unknown`, `access.assignment_empty`, `access.exceeds_own`, `access.too_many`
   */
  create(actor: Actor, content: AssignmentContent): Promise<AssignmentRow>;
  /** @throws as `create`, and `access.assignment_not_found`, `access.changed_meanwhile` */
  update(
    actor: Actor,
    id: string,
    change: Partial<AssignmentContent>,
    expected: number | null,
  ): Promise<AssignmentRow>;
  /** @throws `access.assignment_not_found`, `access.changed_meanwhile`, `access.exceeds_own` */
  remove(actor: Actor, id: string, expected: number | null): Promise<void>;
}

const MAX_ASSIGNMENTS = 1000;

export function createAssignments(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly onChanged: () => void;
}): Assignments {
  const { authorityId, database, clock, entropy, onChanged } = deps;

  async function audit(
    tx: Transaction,
    activity: string,
    actor: Actor,
    assignment: AssignmentRow,
    role: RoleRow,
  ): Promise<void> {
    const { name, id, members, reachesAll, tagIds, groupIds } = assignment;
    await recordAudit(tx, {
      activity,
      actor: actorName(actor),
      target: name,
      result: 'success',
      details: {
        assignmentId: id,
        role: role.name,
        members: [...members],
        ...(reachesAll
          ? { scope: 'all devices' }
          : { scopeTags: [...tagIds], collections: [...groupIds] }),
      },
      at: clock.now(),
    });
    tx.afterCommit(onChanged);
  }

  async function lock(
    tx: Transaction,
    id: string,
    expected: number | null,
  ): Promise<AssignmentRow> {
    await sql`select 1 from role_assignments where authority_id = ${authorityId}
      and id = ${isUuid(id) ? id : null} for update`.execute(sqlOf(tx));
    const [before] = await readAssignments(tx, id);
    if (!before) throw accessErrors.assignmentNotFound();
    if (expected !== null && before.version !== expected) throw accessErrors.changedMeanwhile();
    return before;
  }

  async function write(
    tx: Transaction,
    id: string,
    content: AssignmentContent,
    version: number,
  ): Promise<void> {
    const { roleId, name, description, reachesAll, tagIds, groupIds } = content;
    const now = new Date(clock.now());
    const values = {
      role_id: roleId,
      name,
      description,
      reaches_all: reachesAll,
      tag_ids: [...tagIds],
      group_ids: [...groupIds],
      version: String(version),
      changed_at: now,
    };
    const db = sqlOf<AccessTables>(tx);
    await db
      .insertInto('role_assignments')
      .values({ authority_id: authorityId, id, ...values, created_at: now })
      .onConflict((conflict) => conflict.columns(['authority_id', 'id']).doUpdateSet(values))
      .execute();
    await db
      .deleteFrom('role_assignment_members')
      .where('authority_id', '=', authorityId)
      .where('assignment_id', '=', id)
      .execute();
    await sql`insert into role_assignment_members (authority_id, assignment_id, administrator_id)
      select ${authorityId}::uuid, ${id}::uuid, unnest(${[...new Set(content.members)]}::uuid[])`.execute(
      db,
    );
  }

  return {
    async list(actor) {
      authorize(actor, 'roles.read');
      return database.read(authorityId, (tx) => readAssignments(tx));
    },

    async get(actor, id) {
      authorize(actor, 'roles.read');
      const [found] = await database.read(authorityId, (tx) => readAssignments(tx, id));
      if (!found) throw accessErrors.assignmentNotFound();
      return found;
    },

    async create(actor, content) {
      authorize(actor, 'roles.manage');
      return database.transaction(authorityId, async (tx) => {
        const role = await checked(tx, content);
        requireHeld(actor, role.permissions);
        if ((await readAssignments(tx)).length >= MAX_ASSIGNMENTS) {
          throw accessErrors.tooMany({ limit: MAX_ASSIGNMENTS });
        }
        const made = { ...content, id: uuidv7(clock, entropy), version: 1 };
        await write(tx, made.id, content, 1);
        await audit(tx, 'access.create_role_assignment', actor, made, role);
        return made;
      });
    },

    async update(actor, id, change, expected) {
      authorize(actor, 'roles.manage');
      return database.transaction(authorityId, async (tx) => {
        const before = await lock(tx, id, expected);
        const after: AssignmentRow = { ...before, ...change, id, version: before.version + 1 };
        requireHeld(actor, (await roleOf(tx, before.roleId)).permissions);
        const role = await checked(tx, after);
        requireHeld(actor, role.permissions);
        await write(tx, id, after, after.version);
        await audit(tx, 'access.update_role_assignment', actor, after, role);
        return after;
      });
    },

    async remove(actor, id, expected) {
      authorize(actor, 'roles.manage');
      await database.transaction(authorityId, async (tx) => {
        const before = await lock(tx, id, expected);
        const role = await roleOf(tx, before.roleId);
        requireHeld(actor, role.permissions);
        await sqlOf<AccessTables>(tx)
          .deleteFrom('role_assignments')
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .execute();
        await audit(tx, 'access.delete_role_assignment', actor, before, role);
      });
    },
  };
}

async function roleOf(tx: Transaction, id: string): Promise<RoleRow> {
  const role = (await readRoles(tx)).find((known) => known.id === id);
  if (!role) throw accessErrors.roleNotFound();
  // A role that is being assigned is not deleted meanwhile.
  await sql`select 1 from role_definitions
    where authority_id = ${tx.authorityId} and id = ${id} for share`.execute(sqlOf(tx));
  return role;
}

/** The role, when all that the assignment names is there. */
async function checked(tx: Transaction, content: AssignmentContent): Promise<RoleRow> {
  const { members, reachesAll, tagIds, groupIds } = content;
  if (reachesAll === tagIds.length + groupIds.length > 0) throw accessErrors.assignmentEmpty();
  const role = await roleOf(tx, content.roleId);
  if (await missing(tx, 'administrators', members)) throw accessErrors.administratorNotFound();
  if (await missing(tx, 'scope_tags', tagIds)) throw accessErrors.scopeTagNotFound();
  const group = await missing(tx, 'groups', groupIds);
  if (group) throw accessErrors.collectionUnknown({ id: group });
  return role;
}

/** The first of the ids that is no row of the table; of groups only those count whose members are stored. */
async function missing(
  tx: Transaction,
  table: 'administrators' | 'scope_tags' | 'groups',
  ids: readonly string[],
): Promise<string | undefined> {
  const malformed = ids.find((id): boolean => !isUuid(id));
  if (malformed !== undefined) return malformed.slice(0, 64);
  if (ids.length === 0) return undefined;
  const stored = table === 'groups' ? sql`not t.is_built_in` : sql`true`;
  const { rows } = await sql<{ id: string }>`select w.id from unnest(${[...ids]}::uuid[]) as w (id)
    where not exists (select 1 from ${sql.table(table)} t
      where t.authority_id = ${tx.authorityId} and t.id = w.id and ${stored}) limit 1`.execute(
    sqlOf(tx),
  );
  return rows[0]?.id;
}

/** Assignments by name; `id`: that one, if it is there. */
export async function readAssignments(
  tx: Transaction,
  id?: string,
): Promise<readonly AssignmentRow[]> {
  if (id !== undefined && !isUuid(id)) return [];
  const { rows } = await sql<{
    id: string;
    role_id: string;
    name: string;
    description: string;
    members: readonly string[];
    reaches_all: boolean;
    tag_ids: readonly string[];
    group_ids: readonly string[];
    version: string;
  }>`select s.id, s.role_id, s.name, s.description, s.reaches_all, s.tag_ids, s.group_ids, s.version,
      array(select m.administrator_id::text from role_assignment_members m
        where m.authority_id = s.authority_id and m.assignment_id = s.id order by 1) as members
    from role_assignments s
    where s.authority_id = ${tx.authorityId} and ${id === undefined ? sql`true` : sql`s.id = ${id}`}
    order by lower(s.name), s.id`.execute(sqlOf(tx));
  return rows.map((row) => ({
    id: row.id,
    roleId: row.role_id,
    name: row.name,
    description: row.description,
    members: row.members,
    reachesAll: row.reaches_all,
    tagIds: row.tag_ids,
    groupIds: row.group_ids,
    version: Number(row.version),
  }));
}
