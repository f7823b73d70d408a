import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock, Entropy, UserId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { recordAudit } from '../audit/index.ts';
import type { UserActor } from './authorize.ts';
import { accessErrors } from './errors.ts';
import {
  hashPassword,
  newSecret,
  passwordWeakness,
  secretHash,
  verifyPassword,
} from './secrets.ts';
import type { AccessTables } from './tables.ts';

const SESSION_LIFE_MS = 12 * 60 * 60_000;
const LINK_LIFE_MS = 60 * 60_000;

export interface NewSession {
  /** The cookie's value; only its hash is kept. */
  readonly secret: string;
  readonly expiresAt: number;
}

export interface SignIn {
  /** @throws `access.sign_in_failed`; audited either way */
  withPassword(userName: string, password: string, remoteAddress: string): Promise<NewSession>;
  /** Spends a one-time link. @throws `access.link_invalid` */
  withLink(secret: string, remoteAddress: string): Promise<NewSession>;
  /** Ends one session; unknown ones are ignored. */
  signOut(sessionSecret: string): Promise<void>;
  /**
   * Makes a one-time link for an administrator; lives an hour. Returns its secret.
   * @param options.keepsPassword its session sets a new password only with the present one, if there is one:
   *   for a link that a session makes for itself, which must not be a way around the password
   */
  createLink(
    userId: UserId,
    by: string,
    options?: { readonly keepsPassword?: boolean },
  ): Promise<{ secret: string; expiresAt: number }>;
  /**
   * Sets the caller's own password and ends all other sessions and one-time links of theirs. The present password is asked
   * for unless the session came from a one-time link.
   * @throws `access.password_weak`, `access.password_wrong`
   */
  setPassword(
    actor: UserActor,
    change: {
      readonly newPassword: string;
      readonly currentPassword: string | undefined;
      readonly fromLink: boolean;
      readonly sessionSecret: string;
    },
  ): Promise<void>;
}

export function createSignIn(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): SignIn {
  const { authorityId, database, clock, entropy } = deps;

  async function startSession(
    tx: Transaction,
    userId: string,
    fromLink: boolean,
  ): Promise<NewSession> {
    const now = clock.now();
    const secret = newSecret('mls_', entropy);
    const db = sqlOf<AccessTables>(tx);
    await db
      .deleteFrom('sessions')
      .where('authority_id', '=', authorityId)
      .where('expires_at', '<', new Date(now))
      .execute();
    await db
      .insertInto('sessions')
      .values({
        authority_id: authorityId,
        token_hash: secretHash(secret),
        administrator_id: userId,
        created_at: new Date(now),
        expires_at: new Date(now + SESSION_LIFE_MS),
        from_link: fromLink,
      })
      .execute();
    await db
      .updateTable('administrators')
      .set({ last_sign_in_at: new Date(now) })
      .where('authority_id', '=', authorityId)
      .where('id', '=', userId)
      .execute();
    return { secret, expiresAt: now + SESSION_LIFE_MS };
  }

  return {
    async withPassword(userName, password, remoteAddress) {
      const user = await database.read(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .selectFrom('administrators')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .where((eb) => eb(eb.fn<string>('lower', ['user_name']), '=', userName.toLowerCase()))
          .executeTakeFirst(),
      );
      const right = await verifyPassword(password, user?.password_hash ?? null);
      const at = clock.now();
      if (!user || !right || user.is_disabled) {
        await database.transaction(authorityId, (tx) =>
          recordAudit(tx, {
            activity: 'access.sign_in',
            actor: userName.slice(0, 128),
            target: null,
            result: 'failure',
            details: { remoteAddress },
            at,
          }),
        );
        throw accessErrors.signInFailed();
      }
      return database.transaction(authorityId, async (tx) => {
        const session = await startSession(tx, user.id, false);
        await recordAudit(tx, {
          activity: 'access.sign_in',
          actor: user.user_name,
          target: null,
          result: 'success',
          details: { remoteAddress, with: 'password' },
          at,
        });
        return session;
      });
    },

    withLink(secret, remoteAddress) {
      return database.transaction(authorityId, async (tx) => {
        const db = sqlOf<AccessTables>(tx);
        // Deleting is spending: of two that come at once, one finds nothing.
        const link = await db
          .deleteFrom('sign_in_links')
          .where('authority_id', '=', authorityId)
          .where('token_hash', '=', secretHash(secret))
          .returning(['administrator_id', 'expires_at', 'keeps_password'])
          .executeTakeFirst();
        const user = link
          ? await db
              .selectFrom('administrators')
              .select(['id', 'user_name', 'is_disabled', 'password_hash'])
              .where('authority_id', '=', authorityId)
              .where('id', '=', link.administrator_id)
              .executeTakeFirst()
          : undefined;
        if (!link || !user || user.is_disabled || link.expires_at.getTime() <= clock.now()) {
          throw accessErrors.linkInvalid();
        }
        const maySetPassword = !link.keeps_password || user.password_hash === null;
        const session = await startSession(tx, user.id, maySetPassword);
        await recordAudit(tx, {
          activity: 'access.sign_in',
          actor: user.user_name,
          target: null,
          result: 'success',
          details: { remoteAddress, with: 'one-time link' },
          at: clock.now(),
        });
        return session;
      });
    },

    async signOut(sessionSecret) {
      await database.transaction(authorityId, (tx) =>
        sqlOf<AccessTables>(tx)
          .deleteFrom('sessions')
          .where('authority_id', '=', authorityId)
          .where('token_hash', '=', secretHash(sessionSecret))
          .execute(),
      );
    },

    createLink(userId, by, { keepsPassword = false } = {}) {
      return database.transaction(authorityId, async (tx) => {
        const db = sqlOf<AccessTables>(tx);
        const user = await db
          .selectFrom('administrators')
          .select('user_name')
          .where('authority_id', '=', authorityId)
          .where('id', '=', userId)
          .where('is_disabled', '=', false)
          .executeTakeFirst();
        if (!user) throw accessErrors.administratorNotFound();
        const secret = newSecret('mll_', entropy);
        const expiresAt = clock.now() + LINK_LIFE_MS;
        await db
          .deleteFrom('sign_in_links')
          .where('authority_id', '=', authorityId)
          .where('expires_at', '<', new Date(clock.now()))
          .execute();
        await db
          .insertInto('sign_in_links')
          .values({
            authority_id: authorityId,
            token_hash: secretHash(secret),
            administrator_id: userId,
            expires_at: new Date(expiresAt),
            keeps_password: keepsPassword,
          })
          .execute();
        await recordAudit(tx, {
          activity: 'access.create_sign_in_link',
          actor: by,
          target: user.user_name,
          result: 'success',
          at: clock.now(),
        });
        return { secret, expiresAt };
      });
    },

    async setPassword(actor, change) {
      const weakness = passwordWeakness(change.newPassword, actor.name);
      if (weakness) throw accessErrors.passwordWeak({ reason: weakness });
      if (!change.fromLink) {
        const user = await database.read(authorityId, (tx) =>
          sqlOf<AccessTables>(tx)
            .selectFrom('administrators')
            .select('password_hash')
            .where('authority_id', '=', authorityId)
            .where('id', '=', actor.userId)
            .executeTakeFirst(),
        );
        const right = await verifyPassword(
          change.currentPassword ?? '',
          user?.password_hash ?? null,
        );
        if (!right) throw accessErrors.passwordWrong();
      }
      const hash = await hashPassword(change.newPassword);
      await database.transaction(authorityId, async (tx) => {
        const db = sqlOf<AccessTables>(tx);
        await db
          .updateTable('administrators')
          .set({ password_hash: hash })
          .where('authority_id', '=', authorityId)
          .where('id', '=', actor.userId)
          .execute();
        const own = secretHash(change.sessionSecret);
        await db
          .deleteFrom('sessions')
          .where('authority_id', '=', authorityId)
          .where('administrator_id', '=', actor.userId)
          .where('token_hash', '!=', own)
          .execute();
        // A link that was made before may be in other hands, and is a way in all the same.
        await db
          .deleteFrom('sign_in_links')
          .where('authority_id', '=', authorityId)
          .where('administrator_id', '=', actor.userId)
          .execute();
        // From here on this session is an ordinary one: the next change asks for the present password.
        await db
          .updateTable('sessions')
          .set({ from_link: false })
          .where('authority_id', '=', authorityId)
          .where('token_hash', '=', own)
          .execute();
        await recordAudit(tx, {
          activity: 'access.set_password',
          actor: actor.name,
          target: actor.name,
          result: 'success',
          at: clock.now(),
        });
      });
    },
  };
}
