import type { ClientSettings } from '@moorline/contracts/admin';
import {
  accepts,
  CLIENT_SETTINGS,
  DEFAULT_CLIENT_SETTINGS,
  ClientSettings as Shape,
} from '@moorline/contracts/agent';
import { type Database, sqlOf } from '@moorline/db';
import { type Clock, type Logger, nearest } from '@moorline/kernel';
import { type Actor, actorName, INVENTORY_CLASSES, inventoryClass } from '@moorline/model';
import type {
  DesiredDocument,
  DesiredState,
  DeviceNudger,
  DevicePort,
  Transaction,
} from '@moorline/model/ports';
import { sql } from 'kysely';
import { createGroupCommit } from '../../group-commit.ts';
import type { Profile } from '../../profile.ts';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { policyErrors } from './errors.ts';

interface PolicyTables {
  desired_documents: {
    authority_id: string;
    name: string;
    version: string;
    body: unknown;
    changed_at: Date;
  };
}

/** Client settings with the version that they have. */
export interface VersionedSettings {
  readonly settings: ClientSettings;
  readonly version: number;
}

/** What devices are to be like: documents that they fetch by cursor. */
export interface Policy extends Pick<DevicePort, 'desiredState'> {
  /** Needs `policy.read`. */
  readClientSettings(actor: Actor): Promise<VersionedSettings>;
  /**
   * Changes what is given, tells every connected device. Needs `policy.manage`.
   * @param expected the version that the caller saw; null: whichever there is
   * @throws `access.denied`, `policy.changed_meanwhile`, `policy.class_unknown`
   */
  changeClientSettings(
    actor: Actor,
    change: Partial<ClientSettings>,
    expected: number | null,
  ): Promise<VersionedSettings>;
}

const FIRST_VERSION = 1;
const ASKED_AT_ONCE = 1_000;

export function createPolicy(deps: {
  readonly profile: Profile;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nudger: DeviceNudger;
}): Policy {
  const { profile, database, clock, logger, nudger } = deps;
  const { authorityId } = profile;

  // Devices that come back in a storm ask together: one look answers all of them.
  const present = createGroupCommit<null, SettingsDocument>({
    async commit(asked) {
      const document = await database.read(authorityId, (tx) => clientSettings(tx, logger));
      return asked.map(() => document);
    },
    maxItems: ASKED_AT_ONCE,
  });

  return {
    async desiredState(_device, cursor): Promise<DesiredState> {
      const document = await present(null);
      const seen = cursor !== null && /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0;
      // A cursor from the future is of a database that was since restored: everything is new then.
      const isNew = seen !== document.version;
      return {
        cursor: String(document.version),
        documents: isNew ? [document] : [],
        removed: [],
      };
    },

    async readClientSettings(actor) {
      authorize(actor, 'policy.read');
      const { body, version } = await database.read(authorityId, (tx) =>
        clientSettings(tx, logger),
      );
      return { settings: body, version };
    },

    async changeClientSettings(actor, change, expected) {
      authorize(actor, 'policy.manage');
      for (const name of change.disabledClasses ?? []) requireClass(name);
      return database.transaction(authorityId, async (tx) => {
        await lockDocument(tx, clock.now());
        const present = await clientSettings(tx, logger);
        if (expected !== null && expected !== present.version) {
          throw policyErrors.changedMeanwhile();
        }
        const settings = { ...present.body, ...change };
        if (JSON.stringify(settings) === JSON.stringify(present.body)) {
          return { settings, version: present.version };
        }
        const version = present.version + 1;
        await sql`update desired_documents set version = ${version},
            body = ${JSON.stringify(settings)}::jsonb, changed_at = ${new Date(clock.now())}
          where authority_id = ${authorityId} and name = ${CLIENT_SETTINGS}`.execute(sqlOf(tx));
        tx.afterCommit(() => nudger.nudgeAll({ desired: true }));
        await recordAudit(tx, {
          activity: 'policy.change_client_settings',
          actor: actorName(actor),
          target: CLIENT_SETTINGS,
          result: 'success',
          details: { before: { ...present.body }, after: { ...settings }, version },
          at: clock.now(),
        });
        return { settings, version };
      });
    },
  };
}

interface SettingsDocument extends DesiredDocument {
  readonly body: ClientSettings;
}

/** The document as it is; the defaults until somebody has changed it. */
async function clientSettings(tx: Transaction, logger: Logger): Promise<SettingsDocument> {
  const row = await sqlOf<PolicyTables>(tx)
    .selectFrom('desired_documents')
    .select(['version', 'body'])
    .where('authority_id', '=', tx.authorityId)
    .where('name', '=', CLIENT_SETTINGS)
    .executeTakeFirst();
  const version = Number(row?.version ?? FIRST_VERSION);
  // A setting that this version adds has its default until it is set.
  const body = row ? { ...DEFAULT_CLIENT_SETTINGS, ...Object(row.body) } : DEFAULT_CLIENT_SETTINGS;
  if (accepts(Shape, body)) return { name: CLIENT_SETTINGS, version, body };
  logger.error({ version }, 'stored client settings are not valid: the defaults apply');
  return { name: CLIENT_SETTINGS, version, body: DEFAULT_CLIENT_SETTINGS };
}

/** Makes the row if there is none, and holds it until the transaction ends. */
async function lockDocument(tx: Transaction, now: number): Promise<void> {
  await sql`insert into desired_documents (authority_id, name, version, body, changed_at)
    values (${tx.authorityId}, ${CLIENT_SETTINGS}, ${FIRST_VERSION},
      ${JSON.stringify(DEFAULT_CLIENT_SETTINGS)}::jsonb, ${new Date(now)})
    on conflict do nothing`.execute(sqlOf(tx));
  await sql`select 1 from desired_documents
    where authority_id = ${tx.authorityId} and name = ${CLIENT_SETTINGS} for update`.execute(
    sqlOf(tx),
  );
}

function requireClass(name: string): void {
  if (inventoryClass(name)) return;
  const near = nearest(
    name,
    INVENTORY_CLASSES.map((candidate) => candidate.name),
  );
  throw policyErrors.classUnknown({
    className: name,
    hint: near ? `Did you mean ${near}?` : 'GET inventoryClasses lists them all.',
  });
}
