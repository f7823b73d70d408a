import {
  CLIENT_SETTINGS,
  type ClientSettings,
  DEFAULT_CLIENT_SETTINGS,
} from '@moorline/contracts/agent';
import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, nearest } from '@moorline/kernel';
import { type Actor, actorName, INVENTORY_CLASSES } from '@moorline/model';
import type {
  DesiredDocument,
  DesiredState,
  DeviceNudger,
  Transaction,
} from '@moorline/model/ports';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { policyErrors } from './errors.ts';

export interface PolicyTables {
  desired_heads: { authority_id: string; cursor: string };
  desired_documents: {
    authority_id: string;
    name: string;
    version: number;
    cursor: string;
    body: Readonly<Record<string, unknown>>;
  };
}

/** Settings with their version, which counts changes; 0 is the built-in default. */
export interface VersionedSettings {
  readonly version: number;
  readonly settings: ClientSettings;
}

export interface Policy {
  /** Needs `policy.read`. */
  clientSettings(actor: Actor | null): Promise<VersionedSettings>;
  /**
   * Changes the members given, for every device; connected ones are told at once. Needs `policy.manage`.
   * @param expectedVersion refuse when it is no longer the present one; absent: whatever it is
   * @throws `policy.class_unknown`, `policy.changed_meanwhile`
   */
  changeClientSettings(
    actor: Actor | null,
    change: Partial<ClientSettings>,
    expectedVersion?: number,
  ): Promise<VersionedSettings>;
  /** What every device is to have; whatever changed since `cursor`, or all of it without a known one. */
  desiredState(cursor: string | null): Promise<DesiredState>;
}

export function createPolicy(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly nudger: DeviceNudger;
}): Policy {
  const { authorityId, database, clock, nudger } = deps;

  return {
    async clientSettings(actor) {
      authorize(actor, 'policy.read');
      return database.read(authorityId, readSettings);
    },

    async changeClientSettings(actor, change, expectedVersion) {
      authorize(actor, 'policy.manage');
      for (const className of change.disabledClasses ?? []) checkClass(className);
      return database.transaction(authorityId, async (tx) => {
        const cursor = await nextCursor(tx);
        const before = await readSettings(tx);
        if (expectedVersion !== undefined && expectedVersion !== before.version) {
          throw policyErrors.changedMeanwhile();
        }
        const after: VersionedSettings = {
          version: before.version + 1,
          settings: { ...before.settings, ...change },
        };
        const document = {
          version: after.version,
          cursor,
          body: JSON.stringify(after.settings) as never,
        };
        await sqlOf<PolicyTables>(tx)
          .insertInto('desired_documents')
          .values({ authority_id: authorityId, name: CLIENT_SETTINGS, ...document })
          .onConflict((conflict) =>
            conflict.columns(['authority_id', 'name']).doUpdateSet(document),
          )
          .execute();
        await recordAudit(tx, {
          activity: 'policy.change_client_settings',
          actor: actorName(actor),
          target: CLIENT_SETTINGS,
          result: 'success',
          details: { before: before.settings, after: after.settings },
          at: clock.now(),
        });
        tx.afterCommit(() => nudger.nudgeAll({ desired: true }));
        return after;
      });
    },

    desiredState(cursor) {
      const since = cursor !== null && /^\d{1,18}$/.test(cursor) ? BigInt(cursor) : null;
      return database.read(authorityId, async (tx) => {
        const head = BigInt((await readHead(tx)) ?? '0');
        // A cursor from the future is of a database that was restored since: everything is said again.
        const after = since === null || since > head ? -1n : since;
        const rows = await sqlOf<PolicyTables>(tx)
          .selectFrom('desired_documents')
          .select(['name', 'version', 'body'])
          .where('authority_id', '=', authorityId)
          .where('cursor', '>', String(after))
          .orderBy('cursor')
          .execute();
        const documents: DesiredDocument[] = rows.map(({ name, version, body }) => ({
          name,
          version,
          body,
        }));
        if (after < 0n && !documents.some(({ name }) => name === CLIENT_SETTINGS)) {
          documents.push({ name: CLIENT_SETTINGS, version: 0, body: DEFAULT_CLIENT_SETTINGS });
        }
        return { cursor: String(head), documents, removed: [] };
      });
    },
  };

  async function readSettings(tx: Transaction): Promise<VersionedSettings> {
    const row = await sqlOf<PolicyTables>(tx)
      .selectFrom('desired_documents')
      .select(['version', 'body'])
      .where('authority_id', '=', authorityId)
      .where('name', '=', CLIENT_SETTINGS)
      .executeTakeFirst();
    // Only this feature writes the row, and only after its schema.
    return row
      ? { version: row.version, settings: row.body as ClientSettings }
      : { version: 0, settings: DEFAULT_CLIENT_SETTINGS };
  }

  async function readHead(tx: Transaction): Promise<string | undefined> {
    const row = await sqlOf<PolicyTables>(tx)
      .selectFrom('desired_heads')
      .select('cursor')
      .where('authority_id', '=', authorityId)
      .executeTakeFirst();
    return row?.cursor;
  }

  // The head's row stays locked until the commit: changes get their numbers in the order of their commits.
  async function nextCursor(tx: Transaction): Promise<string> {
    const row = await sqlOf<PolicyTables>(tx)
      .insertInto('desired_heads')
      .values({ authority_id: authorityId, cursor: '1' })
      .onConflict((conflict) =>
        conflict.column('authority_id').doUpdateSet((eb) => ({
          cursor: eb('desired_heads.cursor', '+', '1'),
        })),
      )
      .returning('cursor')
      .executeTakeFirstOrThrow();
    return row.cursor;
  }
}

function checkClass(className: string): void {
  const names = INVENTORY_CLASSES.map(({ name }) => name);
  if (names.includes(className)) return;
  const near = nearest(className, names);
  throw policyErrors.classUnknown({ className, hint: near ? ` Did you mean ${near}?` : '' });
}
