import type { CreateEnrolmentToken, EnrolmentToken } from '@moorline/contracts/admin';
import { decodeInvitation, ENROL_PREFIX, encodeInvitation } from '@moorline/contracts/agent';
import { type Database, sqlOf } from '@moorline/db';
import {
  type AuthorityId,
  type Clock,
  type Entropy,
  isUuid,
  rfc3339,
  uuidv7,
} from '@moorline/kernel';
import { type Actor, actorName } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sameDigest, sha256Hex } from '@moorline/pki';
import { sql } from 'kysely';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { enrolmentErrors } from './errors.ts';
import type { EnrolmentTables } from './tables.ts';

/** What a device said its token is. */
export interface PresentedToken {
  readonly id: string;
  /** SHA-256 of the secret, lower-case hex. */
  readonly hash: string;
}

export type TokenRow = EnrolmentTables['enrolment_tokens'];

/** Invitations to enrol; every method needs `enrolment.manage`. */
export interface EnrolmentTokens {
  /** The answer alone carries the token's text. */
  create(actor: Actor, request: CreateEnrolmentToken): Promise<EnrolmentToken>;
  /** Newest first, those made before `before` (an id; null: from the newest). */
  list(
    actor: Actor,
    page: { readonly before: string | null; readonly top: number },
  ): Promise<readonly EnrolmentToken[]>;
  /** Devices enrolled with it stay. Idempotent. @throws `enrolment.token_not_found` */
  revoke(actor: Actor, id: string): Promise<void>;
}

const DEFAULT_LIFE_MINUTES = 24 * 60;

export function createEnrolmentTokens(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly gatewayUrl: () => string;
  /** SHA-256 of the CA's certificate, lower-case hex. */
  readonly caFingerprint: string;
}): EnrolmentTokens {
  const { authorityId, database, clock, entropy, gatewayUrl, caFingerprint } = deps;
  return {
    async create(actor, request) {
      authorize(actor, 'enrolment.manage');
      const now = clock.now();
      const id = uuidv7(clock, entropy);
      const secret = Buffer.from(entropy.bytes(32)).toString('base64url');
      const row: TokenRow = {
        authority_id: authorityId,
        id,
        display_name: request.displayName ?? 'Enrolment token',
        secret_hash: sha256Hex(secret),
        quota: request.quota ?? 1,
        used: 0,
        created_at: new Date(now),
        created_by: actorName(actor),
        expires_at: new Date(now + (request.expiresInMinutes ?? DEFAULT_LIFE_MINUTES) * 60_000),
        is_revoked: false,
      };
      await database.transaction(authorityId, async (tx) => {
        await sqlOf<EnrolmentTables>(tx).insertInto('enrolment_tokens').values(row).execute();
        await recordAudit(tx, {
          activity: 'enrolment.create_token',
          actor: row.created_by,
          target: id,
          result: 'success',
          details: {
            displayName: row.display_name,
            quota: row.quota,
            expiresAt: row.expires_at.toISOString(),
          },
          at: now,
        });
      });
      const token = encodeInvitation(ENROL_PREFIX, {
        url: gatewayUrl(),
        rootFingerprint: caFingerprint,
        id,
        secret,
      });
      return { ...shown(row), token };
    },

    async list(actor, { before, top }) {
      authorize(actor, 'enrolment.manage');
      const rows = await database.read(authorityId, (tx) => {
        let query = sqlOf<EnrolmentTables>(tx)
          .selectFrom('enrolment_tokens')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .orderBy('id', 'desc')
          .limit(top);
        if (before !== null) query = query.where('id', '<', before);
        return query.execute();
      });
      return rows.map(shown);
    },

    async revoke(actor, id) {
      authorize(actor, 'enrolment.manage');
      await database.transaction(authorityId, async (tx) => {
        const { rows } = isUuid(id)
          ? await sql<{ was_revoked: boolean }>`update enrolment_tokens new set is_revoked = true
              from enrolment_tokens old
              where new.authority_id = ${authorityId} and new.id = ${id}
                and old.authority_id = new.authority_id and old.id = new.id
              returning old.is_revoked as was_revoked`.execute(sqlOf(tx))
          : { rows: [] };
        const [row] = rows;
        if (!row) throw enrolmentErrors.tokenNotFound({ id: id.slice(0, 64) });
        if (row.was_revoked) return;
        await recordAudit(tx, {
          activity: 'enrolment.revoke_token',
          actor: actorName(actor),
          target: id,
          result: 'success',
          at: clock.now(),
        });
      });
    },
  };
}

/** What a device's token says, before it is compared with anything; undefined when it is none. */
export function readToken(
  text: string,
): { readonly id: string; readonly hash: string } | undefined {
  const invitation = decodeInvitation(ENROL_PREFIX, text);
  if (!invitation || !isUuid(invitation.id)) return undefined;
  return { id: invitation.id, hash: sha256Hex(invitation.secret) };
}

/** The token's row when the secret is its own. @throws `enrolment.token_invalid` */
export async function findToken(tx: Transaction, presented: PresentedToken): Promise<TokenRow> {
  const [found] = await findTokens(tx, [presented]);
  if (!found || found instanceof Error) throw found ?? enrolmentErrors.tokenInvalid();
  return found;
}

/** The same of several, in their order, each with its own error. */
export async function findTokens(
  tx: Transaction,
  presented: readonly PresentedToken[],
): Promise<readonly (TokenRow | Error)[]> {
  const rows = await sqlOf<EnrolmentTables>(tx)
    .selectFrom('enrolment_tokens')
    .selectAll()
    .where('authority_id', '=', tx.authorityId)
    .where('id', 'in', [...new Set(presented.map(({ id }) => id))])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return presented.map(({ id, hash }) => {
    const row = byId.get(id);
    return row && sameDigest(row.secret_hash, hash) ? row : enrolmentErrors.tokenInvalid();
  });
}

/** @throws `enrolment.token_revoked`, `enrolment.token_expired` */
export function checkTokenAlive(row: TokenRow, now: number): void {
  if (row.is_revoked) throw enrolmentErrors.tokenRevoked();
  if (row.expires_at.getTime() <= now) {
    throw enrolmentErrors.tokenExpired({ expiredAt: rfc3339(row.expires_at.getTime()) });
  }
}

function shown(row: TokenRow): EnrolmentToken {
  return {
    id: row.id,
    displayName: row.display_name,
    quota: row.quota,
    used: row.used,
    createdDateTime: rfc3339(row.created_at.getTime()),
    createdBy: row.created_by,
    expirationDateTime: rfc3339(row.expires_at.getTime()),
    isRevoked: row.is_revoked,
  };
}
