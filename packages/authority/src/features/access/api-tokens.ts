import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, uuidv7 } from '@moorline/kernel';
import { ROLE_PERMISSIONS, ROLES, type Role, reachOf } from '@moorline/model';
import { recordAudit } from '../audit/index.ts';
import type { UserActor } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { newSecret, secretHash } from './secrets.ts';
import type { AccessTables } from './tables.ts';

const DEFAULT_LIFE_DAYS = 90;
const DAY_MS = 24 * 60 * 60_000;

export interface ApiTokenRow {
  readonly id: string;
  readonly displayName: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

/** API tokens of the caller's own account; nobody sees or makes another's. */
export interface ApiTokens {
  list(actor: UserActor): Promise<readonly ApiTokenRow[]>;
  /**
   * The secret is shown once. The token holds what its role and its owner both hold; with `None`, all that its owner
   * holds. Without a role it is the owner's own one.
   * @throws `access.role_too_high`, `access.session_required` for `None` asked for by a token
   */
  create(
    actor: UserActor,
    token: {
      readonly displayName: string;
      readonly role?: Role | undefined;
      readonly expiresInDays?: number | undefined;
    },
  ): Promise<ApiTokenRow & { readonly secret: string }>;
  /** @throws `access.token_not_found` */
  revoke(actor: UserActor, id: string): Promise<void>;
}

export function createApiTokens(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): ApiTokens {
  const { authorityId, database, clock, entropy } = deps;
  return {
    async list(actor) {
      const rows = await database.read(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .selectFrom('api_tokens')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .where('administrator_id', '=', actor.userId)
          .orderBy('created_at', 'desc')
          .limit(1000)
          .execute(),
      );
      return rows.map(toRow);
    },

    async create(actor, token) {
      const role = token.role ?? ownRole(actor);
      const isTooHigh = ROLE_PERMISSIONS[role].some(
        (permission) => reachOf(actor, permission) === undefined,
      );
      if (isTooHigh) throw accessErrors.roleTooHigh({ role });
      // It would hold all that its owner holds, and a token holds less.
      if (role === 'None' && actor.via !== 'session') throw accessErrors.sessionRequired();
      const now = clock.now();
      const secret = newSecret('mlt_', entropy);
      return database.transaction(authorityId, async (tx) => {
        const row = await sqlOf<AccessTables>(tx)
          .insertInto('api_tokens')
          .values({
            authority_id: authorityId,
            id: uuidv7(clock, entropy),
            token_hash: secretHash(secret),
            administrator_id: actor.userId,
            display_name: token.displayName,
            role,
            created_at: new Date(now),
            expires_at: new Date(now + (token.expiresInDays ?? DEFAULT_LIFE_DAYS) * DAY_MS),
            last_used_at: null,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(tx, {
          activity: 'access.create_api_token',
          actor: actor.name,
          target: token.displayName,
          result: 'success',
          details: { role, tokenId: row.id, expiresAt: row.expires_at.toISOString() },
          at: now,
        });
        return { ...toRow(row), secret };
      });
    },

    async revoke(actor, id) {
      await database.transaction(authorityId, async (tx) => {
        const row = await sqlOf<AccessTables>(tx)
          .deleteFrom('api_tokens')
          .where('authority_id', '=', authorityId)
          .where('administrator_id', '=', actor.userId)
          .where('id', '=', id)
          .returning(['display_name'])
          .executeTakeFirst();
        if (!row) throw accessErrors.tokenNotFound();
        await recordAudit(tx, {
          activity: 'access.revoke_api_token',
          actor: actor.name,
          target: row.display_name,
          result: 'success',
          details: { tokenId: id },
          at: clock.now(),
        });
      });
    },
  };
}

/** The built-in role that leaves the actor all that they hold. */
function ownRole(actor: UserActor): Role {
  const hasAssignments = actor.grants?.some(({ role }) => role !== actor.role) ?? false;
  const role = ROLES.find((name) => name === actor.role) ?? 'None';
  return hasAssignments && role !== 'Administrator' ? 'None' : role;
}

function toRow(row: AccessTables['api_tokens']): ApiTokenRow {
  return {
    id: row.id,
    displayName: row.display_name,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
