import type { LiveEvent } from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, isUuid } from '@moorline/kernel';
import { type Actor, type Permission, type Reach, reachOf } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import { reachSql } from '../access/index.ts';

/** What of an event the actor may be told: the event, with those ids alone that they may see; null: nothing. */
export type ReachedEvents = (event: LiveEvent, permission: Permission) => Promise<LiveEvent | null>;

export function createReachedEvents(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly actor: Actor;
}): ReachedEvents {
  const { authorityId, database, actor } = deps;
  return async (event, permission) => {
    const reach = reachOf(actor, permission);
    if (reach === undefined) return null;
    // Without ids it says only that something changed somewhere: whoever reads again reads what they may.
    if (reach === null || event.ids.length === 0) return event;
    const ids = await reachedIds(event, reach);
    return ids.length > 0 ? { ...event, ids } : null;
  };

  async function reachedIds({ topic, ids }: LiveEvent, reach: Reach): Promise<readonly string[]> {
    switch (topic) {
      case 'connector':
        return ids.filter((id) => reach.origins.includes(id));
      case 'collection':
        return ids.filter((id) => reach.groups.includes(id));
      case 'device':
        return database.read(authorityId, (tx) => present(tx, ids, reach, sql`id`, 'devices'));
      case 'action':
        return database.read(authorityId, (tx) =>
          present(tx, ids, reach, sql`device_id`, 'actions'),
        );
      default:
        return [];
    }
  }
}

async function present(
  tx: Transaction,
  ids: readonly string[],
  reach: Reach,
  device: RawBuilder<unknown>,
  table: 'devices' | 'actions',
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`select id from ${sql.table(table)}
    where authority_id = ${tx.authorityId} and id = any(${ids.filter(isUuid)}::uuid[])
      and ${reachSql(tx, reach, { id: device, origin: sql`origin` })}`.execute(sqlOf(tx));
  return rows.map((row) => row.id);
}
