import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, type UserId, uuidv7 } from '@moorline/kernel';
import {
  type Actor,
  actorName,
  type Permission,
  ROLE_PERMISSIONS,
  type Role,
} from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { recordAudit } from '../audit/index.ts';
import { authorize, requireHeld } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { ASSIGNED_ROLES, accountGrants } from './grants.ts';
import type { AccessTables } from './tables.ts';

export interface AdministratorRow {
  readonly id: UserId;
  readonly userName: string;
  readonly role: Role;
  readonly isDisabled: boolean;
  readonly createdAt: Date;
  readonly lastSignInAt: Date | null;
}

/** The authority's own accounts. All but `first` need `administrators.manage`. */
export interface Administrators {
  /** The first account, `admin`, made when there is none. Idempotent. */
  first(): Promise<AdministratorRow>;
  list(actor: Actor): Promise<readonly AdministratorRow[]>;
  /** @throws `access.name_taken`, `access.exceeds_own` */
  create(
    actor: Actor,
    account: { readonly userName: string; readonly role: Role },
  ): Promise<AdministratorRow>;
  /**
   * Disabling ends the account's sessions.
   * @throws `access.administrator_not_found`, `access.last_administrator`, `access.exceeds_own`
   */
  update(
    actor: Actor,
    id: UserId,
    change: { readonly role?: Role | undefined; readonly isDisabled?: boolean | undefined },
  ): Promise<AdministratorRow>;
  /**
   * Passes when the actor holds all that the account holds, as they must to get into it.
   * @throws `access.administrator_not_found`, `access.exceeds_own`
   */
  requireOver(actor: Actor, id: UserId): Promise<void>;
}

export function createAdministrators(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** What somebody may do has changed; called after the commit. */
  readonly onChanged: () => void;
}): Administrators {
  const { authorityId, database, clock, entropy, onChanged } = deps;

  /** All that the account holds, of its own and by assignments. @throws `access.administrator_not_found` */
  async function heldBy(tx: Transaction, id: UserId): Promise<readonly Permission[]> {
    const row = await sqlOf<AccessTables>(tx)
      .selectFrom('administrators as a')
      .select('a.role')
      .select(ASSIGNED_ROLES.as('assigned'))
      .where('a.authority_id', '=', authorityId)
      .where('a.id', '=', id)
      .executeTakeFirst();
    if (!row) throw accessErrors.administratorNotFound();
    return accountGrants(row.role, row.assigned).flatMap(({ permissions }) => permissions);
  }

  async function insert(
    tx: Transaction,
    userName: string,
    role: Role,
    by: string,
  ): Promise<AdministratorRow> {
    const row = await sqlOf<AccessTables>(tx)
      .insertInto('administrators')
      .values({
        authority_id: authorityId,
        id: uuidv7<UserId>(clock, entropy),
        user_name: userName,
        role,
        password_hash: null,
        is_disabled: false,
        created_at: new Date(clock.now()),
        last_sign_in_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) throw accessErrors.nameTaken({ userName });
    await recordAudit(tx, {
      activity: 'access.create_administrator',
      actor: by,
      target: userName,
      result: 'success',
      details: { role },
      at: clock.now(),
    });
    return toRow(row);
  }

  return {
    first() {
      return database.transaction(authorityId, async (tx) => {
        await sql`select pg_advisory_xact_lock(hashtext(${`first ${authorityId}`}))`.execute(
          sqlOf(tx),
        );
        const existing = await sqlOf<AccessTables>(tx)
          .selectFrom('administrators')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .where('is_disabled', '=', false)
          .where('role', '=', 'Administrator')
          .orderBy('created_at')
          .executeTakeFirst();
        return existing ? toRow(existing) : insert(tx, 'admin', 'Administrator', 'set-up');
      });
    },

    async list(actor) {
      authorize(actor, 'administrators.manage');
      const rows = await database.read(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .selectFrom('administrators')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .orderBy('user_name')
          .limit(1000)
          .execute(),
      );
      return rows.map(toRow);
    },

    async create(actor, account) {
      authorize(actor, 'administrators.manage');
      requireHeld(actor, ROLE_PERMISSIONS[account.role]);
      return database.transaction(authorityId, (tx) =>
        insert(tx, account.userName, account.role, actorName(actor)),
      );
    },

    async update(actor, id, change) {
      authorize(actor, 'administrators.manage');
      return database.transaction(authorityId, async (tx) => {
        const db = sqlOf<AccessTables>(tx);
        // All rows of the role are locked, so that two changes at once cannot each leave the other as the last.
        const holders = await db
          .selectFrom('administrators')
          .select('id')
          .where('authority_id', '=', authorityId)
          .where('role', '=', 'Administrator')
          .where('is_disabled', '=', false)
          .orderBy('id')
          .forUpdate()
          .execute();
        const before = await db
          .selectFrom('administrators')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!before) throw accessErrors.administratorNotFound();
        requireHeld(actor, await heldBy(tx, id));
        const role = change.role ?? before.role;
        requireHeld(actor, ROLE_PERMISSIONS[role]);
        const isDisabled = change.isDisabled ?? before.is_disabled;
        const stays = role === 'Administrator' && !isDisabled;
        if (!stays && holders.every((holder) => holder.id === id) && holders.length > 0) {
          throw accessErrors.lastAdministrator();
        }
        const after = await db
          .updateTable('administrators')
          .set({ role, is_disabled: isDisabled })
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        if (isDisabled) {
          await db
            .deleteFrom('sessions')
            .where('authority_id', '=', authorityId)
            .where('administrator_id', '=', id)
            .execute();
        }
        await recordAudit(tx, {
          activity: 'access.update_administrator',
          actor: actorName(actor),
          target: before.user_name,
          result: 'success',
          details: { role, isDisabled },
          at: clock.now(),
        });
        tx.afterCommit(onChanged);
        return toRow(after);
      });
    },

    async requireOver(actor, id) {
      requireHeld(actor, await database.read(authorityId, (tx) => heldBy(tx, id)));
    },
  };
}

function toRow(row: AccessTables['administrators']): AdministratorRow {
  return {
    id: row.id as UserId,
    userName: row.user_name,
    role: row.role,
    isDisabled: row.is_disabled,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  };
}
