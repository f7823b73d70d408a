import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, isUuid, uuidv7 } from '@moorline/kernel';
import { type Actor, actorName, type Permission } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { type Selectable, sql } from 'kysely';
import { recordAudit } from '../audit/index.ts';
import { authorize, requireHeld } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { readRoles } from './roles.ts';
import type { AccessTables } from './tables.ts';

/** A mark that devices carry, by which assignments are limited. */
export interface ScopeTagRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Connectors whose devices carry it, those that come later too. */
  readonly origins: readonly string[];
  readonly version: number;
}
export type ScopeTagContent = Omit<ScopeTagRow, 'id' | 'version'>;

/** Reading needs `roles.read`, changing `roles.manage`; every change is audited and takes effect at once. */
export interface ScopeTags {
  list(actor: Actor): Promise<readonly ScopeTagRow[]>;
  /** @throws `access.scope_tag_not_found` */
  get(actor: Actor, id: string): Promise<ScopeTagRow>;
  /** @throws `access.scope_tag_name_taken`, `access.too_many` */
  create(actor: Actor, content: ScopeTagContent): Promise<ScopeTagRow>;
  /**
   * Moves devices into the reach of all who are limited to the tag, and out of it: the caller must hold on all devices
   * what they hold.
   * @throws as `create`, and `access.scope_tag_not_found`, `access.changed_meanwhile`
   */
  update(
    actor: Actor,
    id: string,
    change: Partial<ScopeTagContent>,
    expected: number | null,
  ): Promise<ScopeTagRow>;
  /** @throws `access.scope_tag_used` with the names of the assignments, and as `update` */
  remove(actor: Actor, id: string, expected: number | null): Promise<void>;
}

const MAX_TAGS = 1000;

export function createScopeTags(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly onChanged: () => void;
}): ScopeTags {
  const { authorityId, database, clock, entropy, onChanged } = deps;

  async function audit(
    tx: Transaction,
    activity: string,
    actor: Actor,
    tag: ScopeTagRow,
  ): Promise<void> {
    await recordAudit(tx, {
      activity,
      actor: actorName(actor),
      target: tag.name,
      result: 'success',
      details: { scopeTagId: tag.id, connectors: [...tag.origins] },
      at: clock.now(),
    });
    tx.afterCommit(onChanged);
  }

  async function lock(tx: Transaction, id: string, expected: number | null): Promise<ScopeTagRow> {
    const row = await sqlOf<AccessTables>(tx)
      .selectFrom('scope_tags')
      .selectAll()
      .where('authority_id', '=', authorityId)
      .where('id', '=', isUuid(id) ? id : NO_ID)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw accessErrors.scopeTagNotFound();
    if (expected !== null && Number(row.version) !== expected) {
      throw accessErrors.changedMeanwhile();
    }
    return toRow(row);
  }

  async function requireFreeName(tx: Transaction, name: string, id: string): Promise<void> {
    const { rows } = await sql`select 1 from scope_tags where authority_id = ${authorityId}
      and name_key = lower(${name}) and id <> ${id}`.execute(sqlOf(tx));
    if (rows.length > 0) throw accessErrors.scopeTagNameTaken({ name });
  }

  async function readAll(tx: Transaction): Promise<readonly ScopeTagRow[]> {
    const rows = await sqlOf<AccessTables>(tx)
      .selectFrom('scope_tags')
      .selectAll()
      .where('authority_id', '=', authorityId)
      .orderBy('name_key')
      .execute();
    return rows.map(toRow);
  }

  return {
    async list(actor) {
      authorize(actor, 'roles.read');
      return database.read(authorityId, readAll);
    },

    async get(actor, id) {
      authorize(actor, 'roles.read');
      const found = (await database.read(authorityId, readAll)).find((tag) => tag.id === id);
      if (!found) throw accessErrors.scopeTagNotFound();
      return found;
    },

    async create(actor, content) {
      authorize(actor, 'roles.manage');
      return database.transaction(authorityId, async (tx) => {
        if ((await readAll(tx)).length >= MAX_TAGS) throw accessErrors.tooMany({ limit: MAX_TAGS });
        const id = uuidv7(clock, entropy);
        await requireFreeName(tx, content.name, id);
        const now = new Date(clock.now());
        const row = await sqlOf<AccessTables>(tx)
          .insertInto('scope_tags')
          .values({
            authority_id: authorityId,
            id,
            name: content.name,
            description: content.description,
            origins: [...new Set(content.origins)],
            version: '1',
            created_at: now,
            changed_at: now,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) throw accessErrors.scopeTagNameTaken({ name: content.name });
        const tag = toRow(row);
        await audit(tx, 'access.create_scope_tag', actor, tag);
        return tag;
      });
    },

    async update(actor, id, change, expected) {
      authorize(actor, 'roles.manage');
      return database.transaction(authorityId, async (tx) => {
        const before = await lock(tx, id, expected);
        if (change.origins) requireHeld(actor, await limitedBy(tx, id));
        const { name = before.name, description = before.description } = change;
        await requireFreeName(tx, name, id);
        const row = await sqlOf<AccessTables>(tx)
          .updateTable('scope_tags')
          .set({
            name,
            description,
            origins: [...new Set(change.origins ?? before.origins)],
            version: String(before.version + 1),
            changed_at: new Date(clock.now()),
          })
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        const tag = toRow(row);
        await audit(tx, 'access.update_scope_tag', actor, tag);
        return tag;
      });
    },

    async remove(actor, id, expected) {
      authorize(actor, 'roles.manage');
      await database.transaction(authorityId, async (tx) => {
        const tag = await lock(tx, id, expected);
        const db = sqlOf<AccessTables>(tx);
        const { rows } = await sql<{ name: string }>`select name from role_assignments
          where authority_id = ${authorityId} and ${id}::uuid = any(tag_ids)
          order by name limit 10`.execute(db);
        if (rows.length > 0) {
          const by = rows.map(({ name }) => name).join(', ');
          throw accessErrors.scopeTagUsed({ name: tag.name, by });
        }
        await db
          .deleteFrom('scope_tags')
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .execute();
        await audit(tx, 'access.delete_scope_tag', actor, tag);
      });
    },
  };
}

/** What is held through assignments that the tag limits: moving the tag moves it. */
async function limitedBy(tx: Transaction, id: string): Promise<readonly Permission[]> {
  const { rows } = await sql<{ role_id: string }>`select distinct role_id from role_assignments
    where authority_id = ${tx.authorityId} and ${id}::uuid = any(tag_ids)`.execute(sqlOf(tx));
  const ids = new Set(rows.map((row) => row.role_id));
  const roles = await readRoles(tx);
  return roles.filter((role) => ids.has(role.id)).flatMap(({ permissions }) => permissions);
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

function toRow(row: Selectable<AccessTables['scope_tags']>): ScopeTagRow {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    origins: row.origins,
    version: Number(row.version),
  };
}
