import { encodeInvitation, JOIN_PREFIX } from '@moorline/contracts/federation';
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
import type { RecordAudit } from '../ports.ts';
import { attachErrors, relayErrors } from './errors.ts';
import type { DownlinkTables, JoinTokenRow } from './tables.ts';

export const JOIN_TOKEN_MINUTES = 60;

export interface JoinTokens {
  /** A token for one site; its secret exists in the answer only, the store has its hash. Audited. */
  create(
    actor: Actor,
    options?: {
      readonly expiresInMinutes?: number | undefined;
      /** The only site that it is good for, by name. */
      readonly siteName?: string | undefined;
    },
  ): Promise<{ readonly id: string; readonly token: string; readonly expiresAt: number }>;
  /**
   * Locks the token for the rest of the transaction and returns it when it may attach this site with this
   * CSR. The very request that spent it may be repeated: its answer may have been lost.
   * @throws `attach.join_token_invalid`, `attach.join_token_used`, `attach.join_token_expired`,
   *   `attach.join_token_other_site`
   */
  verify(tx: Transaction, claim: JoinClaim): Promise<JoinTokenRow>;
  spend(tx: Transaction, claim: JoinClaim): Promise<void>;
}

export interface JoinClaim {
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly siteId: string;
  /** Absent: of an older site that only asks what the token is good for. */
  readonly siteName?: string | undefined;
  readonly csr: string;
}

export function createJoinTokens(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly gatewayUrl: () => string;
  readonly caFingerprint: string;
  readonly audit: RecordAudit;
}): JoinTokens {
  const { authorityId, database, clock, entropy } = deps;
  return {
    async create(actor, { expiresInMinutes = JOIN_TOKEN_MINUTES, siteName } = {}) {
      if (actor.kind !== 'user') throw relayErrors.actorNotUser({ name: actor.name });
      const id = uuidv7(clock, entropy);
      const secret = Buffer.from(entropy.bytes(32)).toString('base64url');
      const now = clock.now();
      const expiresAt = now + expiresInMinutes * 60_000;
      await database.transaction(authorityId, async (tx) => {
        await sqlOf<DownlinkTables>(tx)
          .insertInto('join_tokens')
          .values({
            authority_id: authorityId,
            id,
            secret_hash: sha256Hex(secret),
            created_at: new Date(now),
            created_by_id: actor.userId,
            created_by_name: actor.name,
            expires_at: new Date(expiresAt),
            site_name: siteName ?? null,
            used_at: null,
            used_by_site: null,
            used_csr_hash: null,
          })
          .execute();
        await deps.audit(tx, {
          activity: 'connectors.createJoinToken',
          actor: actorName(actor),
          target: id,
          result: 'success',
          details: { expiresAt: rfc3339(expiresAt), siteName: siteName ?? null },
          at: now,
        });
      });
      const token = encodeInvitation(JOIN_PREFIX, {
        url: deps.gatewayUrl(),
        rootFingerprint: deps.caFingerprint,
        id,
        secret,
      });
      return { id, token, expiresAt };
    },

    async verify(tx, claim) {
      if (!isUuid(claim.tokenId)) throw attachErrors.joinTokenInvalid();
      const row = await sqlOf<DownlinkTables>(tx)
        .selectFrom('join_tokens')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .where('id', '=', claim.tokenId)
        .forUpdate()
        .executeTakeFirst();
      if (!row || !sameDigest(row.secret_hash, sha256Hex(claim.tokenSecret))) {
        throw attachErrors.joinTokenInvalid();
      }
      const repeats =
        row.used_by_site === claim.siteId && row.used_csr_hash === sha256Hex(claim.csr);
      if (row.used_at && !repeats) throw attachErrors.joinTokenUsed();
      if (row.expires_at.getTime() <= clock.now()) {
        throw attachErrors.joinTokenExpired({ expiredAt: row.expires_at.toISOString() });
      }
      const { siteName } = claim;
      if (row.site_name !== null && siteName !== undefined && row.site_name !== siteName) {
        throw attachErrors.joinTokenOtherSite({ expected: row.site_name, siteName });
      }
      return row;
    },

    async spend(tx, claim) {
      await sqlOf<DownlinkTables>(tx)
        .updateTable('join_tokens')
        .set({
          used_at: new Date(clock.now()),
          used_by_site: claim.siteId,
          used_csr_hash: sha256Hex(claim.csr),
        })
        .where('authority_id', '=', authorityId)
        .where('id', '=', claim.tokenId)
        .execute();
    },
  };
}
