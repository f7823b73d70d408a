import type { PermissionCeiling } from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import {
  type Actor,
  actorName,
  DEFAULT_CEILING,
  isRelayed,
  notHeld,
  PERMISSIONS,
  type Permission,
} from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import type { RecordAudit } from '../ports.ts';
import { ceilingErrors } from './errors.ts';
import type { UplinkTables } from './tables.ts';

/** What the tenant's administrators may do here where the tenant alone decides. It is the site's own, out of the tenant's reach. */
export interface Ceiling {
  read(): Promise<{ readonly permissions: readonly Permission[]; readonly version: number }>;
  /**
   * Audited; takes effect with the next request.
   * @param expected the version that the caller saw; null: whichever there is
   * @throws `ceiling.changed_meanwhile`, `ceiling.permission_unknown`, `ceiling.exceeds_own`
   */
  change(
    actor: Actor,
    body: PermissionCeiling,
    expected: number | null,
  ): Promise<{ readonly permissions: readonly Permission[]; readonly version: number }>;
}

export function createCeiling(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: RecordAudit;
}): Ceiling {
  const { authorityId, database, clock } = deps;

  async function stored(tx: Transaction, lock: boolean): ReturnType<Ceiling['read']> {
    const rows = sqlOf<UplinkTables>(tx)
      .selectFrom('tenant_ceilings')
      .select(['permissions', 'version'])
      .where('authority_id', '=', authorityId);
    const row = await (lock ? rows.forUpdate() : rows).executeTakeFirst();
    if (!row) return { permissions: DEFAULT_CEILING, version: 0 };
    const permissions = relayed().filter((permission) => row.permissions.includes(permission));
    return { permissions, version: Number(row.version) };
  }

  return {
    read: () => database.read(authorityId, (tx) => stored(tx, false)),
    async change(actor, body, expected) {
      const unknown = body.permissions.find((name) => !relayed().some((known) => known === name));
      if (unknown !== undefined) {
        throw ceilingErrors.permissionUnknown({
          permission: unknown.slice(0, 64),
          known: relayed().join(', '),
        });
      }
      const permissions = relayed().filter((permission) => body.permissions.includes(permission));
      return database.transaction(authorityId, async (tx) => {
        const before = await stored(tx, true);
        if (expected !== null && expected !== before.version) {
          throw ceilingErrors.changedMeanwhile();
        }
        const added = permissions.filter((permission) => !before.permissions.includes(permission));
        const missing = notHeld(actor, added);
        if (missing.length > 0) {
          throw ceilingErrors.exceedsOwn({ permissions: missing.join(', ') });
        }
        const version = before.version + 1;
        const values = { permissions, version: String(version) };
        await sqlOf<UplinkTables>(tx)
          .insertInto('tenant_ceilings')
          .values({ authority_id: authorityId, ...values })
          .onConflict((conflict) => conflict.column('authority_id').doUpdateSet(values))
          .execute();
        await deps.audit(tx, {
          activity: 'cloud_attach.set_ceiling',
          actor: actorName(actor),
          target: null,
          result: 'success',
          details: { from: [...before.permissions], to: [...permissions] },
          at: clock.now(),
        });
        return { permissions, version };
      });
    },
  };
}

function relayed(): readonly Permission[] {
  return PERMISSIONS.filter(isRelayed);
}
