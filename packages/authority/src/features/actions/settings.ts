import {
  ActionSettings,
  type ChangeActionSettings,
  DEFAULT_ACTION_SETTINGS,
} from '@moorline/contracts/admin';
import { accepts } from '@moorline/contracts/agent';
import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock, Logger } from '@moorline/kernel';
import { type Actor, actorName } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { actionErrors } from './errors.ts';
import type { ActionTables } from './tables.ts';

/** How long actions wait and are kept. */
export interface ActionSettingsStore {
  /** As they are now; read from the database once. */
  current(tx: Transaction): Promise<ActionSettings>;
  /** Needs `policy.read`. */
  read(actor: Actor): Promise<ActionSettings>;
  /** Changes what is given. Needs `policy.manage`. @throws `access.denied`, `actions.settings_invalid` */
  change(actor: Actor, change: ChangeActionSettings): Promise<ActionSettings>;
}

export function createActionSettings(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}): ActionSettingsStore {
  const { authorityId, database, clock, logger } = deps;
  let known: ActionSettings | undefined;

  async function current(tx: Transaction): Promise<ActionSettings> {
    if (known) return known;
    const read = await readSettings(tx, logger);
    // A change may have come meanwhile.
    known ??= read;
    return known;
  }

  return {
    current,
    async read(actor) {
      authorize(actor, 'policy.read');
      return database.read(authorityId, current);
    },
    async change(actor, change) {
      authorize(actor, 'policy.manage');
      return database.transaction(authorityId, async (tx) => {
        await sql`insert into action_settings (authority_id, settings)
          values (${authorityId}, '{}'::jsonb) on conflict do nothing`.execute(sqlOf(tx));
        const before = await readSettings(tx, logger, { lock: true });
        const after: ActionSettings = { ...before, ...change };
        if (after.defaultExpiryMinutes > after.maximumExpiryMinutes) {
          throw actionErrors.settingsInvalid({
            default: after.defaultExpiryMinutes,
            maximum: after.maximumExpiryMinutes,
          });
        }
        await sql`update action_settings set settings = ${JSON.stringify(after)}::jsonb
          where authority_id = ${authorityId}`.execute(sqlOf(tx));
        await recordAudit(tx, {
          activity: 'actions.change_settings',
          actor: actorName(actor),
          target: 'action-settings',
          result: 'success',
          details: { before: { ...before }, after: { ...after } },
          at: clock.now(),
        });
        tx.afterCommit(() => {
          known = after;
        });
        return after;
      });
    },
  };
}

async function readSettings(
  tx: Transaction,
  logger: Logger,
  options: { readonly lock?: boolean } = {},
): Promise<ActionSettings> {
  const query = sqlOf<ActionTables>(tx)
    .selectFrom('action_settings')
    .select('settings')
    .where('authority_id', '=', tx.authorityId);
  const row = await (options.lock ? query.forUpdate() : query).executeTakeFirst();
  // A setting that a later version adds has its default until it is set.
  const settings = { ...DEFAULT_ACTION_SETTINGS, ...Object(row?.settings) };
  if (accepts(ActionSettings, settings)) return settings;
  logger.error({}, 'stored action settings are not valid: the defaults apply');
  return DEFAULT_ACTION_SETTINGS;
}
