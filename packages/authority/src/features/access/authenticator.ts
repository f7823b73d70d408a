import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock, UserId } from '@moorline/kernel';
import type { Grant, Role } from '@moorline/model';
import { lowerRole, type UserActor } from './authorize.ts';
import { ASSIGNED_ROLES, accountGrants, tokenGrants } from './grants.ts';
import { secretHash } from './secrets.ts';
import type { AccessTables } from './tables.ts';

/** Who is behind a credential, and how far it goes. */
export interface Authenticated {
  readonly actor: UserActor;
  /** Of a session: it came from a one-time link, so a password may be set without the present one. */
  readonly fromLink: boolean;
  readonly hasPassword: boolean;
}

export interface Authenticator {
  /** The administrator whose session cookie this is, or null. */
  session(secret: string): Promise<Authenticated | null>;
  /** The administrator whose API token this is, or null; its role is the lower of the two. */
  token(secret: string): Promise<Authenticated | null>;
  /** A local administrator by id, as a relay acts through; null when unknown or disabled. */
  localActor(userId: UserId): Promise<UserActor | null>;
}

const LAST_USED_RESOLUTION_MS = 60_000;

/** Looks every credential up anew: a disabled account or a deleted token stops working with the next call. */
export function createAuthenticator(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
}): Authenticator {
  const { authorityId, database, clock } = deps;
  return {
    async session(secret) {
      const now = new Date(clock.now());
      const row = await database.read(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .selectFrom('sessions as s')
          .innerJoin('administrators as a', (join) =>
            join
              .onRef('a.authority_id', '=', 's.authority_id')
              .onRef('a.id', '=', 's.administrator_id'),
          )
          .select(['a.id', 'a.user_name', 'a.role', 'a.password_hash', 's.from_link'])
          .select(ASSIGNED_ROLES.as('assigned'))
          .where('s.authority_id', '=', authorityId)
          .where('s.token_hash', '=', secretHash(secret))
          .where('s.expires_at', '>', now)
          .where('a.is_disabled', '=', false)
          .executeTakeFirst(),
      );
      if (!row) return null;
      return {
        actor: userActor(row, accountGrants(row.role, row.assigned), 'session'),
        fromLink: row.from_link,
        hasPassword: row.password_hash !== null,
      };
    },

    async token(secret) {
      const now = clock.now();
      const row = await database.read(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .selectFrom('api_tokens as t')
          .innerJoin('administrators as a', (join) =>
            join
              .onRef('a.authority_id', '=', 't.authority_id')
              .onRef('a.id', '=', 't.administrator_id'),
          )
          .select([
            'a.id',
            'a.user_name',
            'a.role as owner_role',
            'a.password_hash',
            't.role',
            't.id as token_id',
            't.last_used_at',
          ])
          .select(ASSIGNED_ROLES.as('assigned'))
          .where('t.authority_id', '=', authorityId)
          .where('t.token_hash', '=', secretHash(secret))
          .where('t.expires_at', '>', new Date(now))
          .where('a.is_disabled', '=', false)
          .executeTakeFirst(),
      );
      if (!row) return null;
      if (now - (row.last_used_at?.getTime() ?? 0) > LAST_USED_RESOLUTION_MS) {
        await database.transaction(authorityId, (tx) =>
          sqlOf<AccessTables>(tx)
            .updateTable('api_tokens')
            .set({ last_used_at: new Date(now) })
            .where('authority_id', '=', authorityId)
            .where('id', '=', row.token_id)
            .execute(),
        );
      }
      return {
        actor: userActor(
          { ...row, role: lowerRole(row.owner_role, row.role) },
          tokenGrants(row.role, accountGrants(row.owner_role, row.assigned)),
          'token',
        ),
        fromLink: false,
        hasPassword: row.password_hash !== null,
      };
    },

    async localActor(userId) {
      const row = await database.read(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .selectFrom('administrators as a')
          .select(['a.id', 'a.user_name', 'a.role'])
          .select(ASSIGNED_ROLES.as('assigned'))
          .where('a.authority_id', '=', authorityId)
          .where('a.id', '=', userId)
          .where('a.is_disabled', '=', false)
          .executeTakeFirst(),
      );
      return row ? userActor(row, accountGrants(row.role, row.assigned), 'relay') : null;
    },
  };
}

function userActor(
  account: { readonly id: string; readonly user_name: string; readonly role: Role },
  grants: readonly Grant[],
  via: UserActor['via'],
): UserActor {
  const { id, user_name: name } = account;
  const assigned = [...new Set(grants.map((grant) => grant.role))];
  const role = account.role === 'None' && assigned.length > 0 ? assigned.join(', ') : account.role;
  return { kind: 'user', userId: id as UserId, name, role, grants, via };
}
