import { type RawBuilder, sql } from 'kysely';
import { dbErrors } from '../errors.ts';
import { sqlOf, type Transaction } from '../transaction.ts';

/** That something with this key changed; what it is now, the topic's own tables say. */
export interface ChangeEntry {
  readonly topic: string;
  readonly key: string;
  /** `<transaction>.<sequence>`, both decimal. */
  readonly position: string;
}

export interface ChangePage {
  /** Oldest first. */
  readonly entries: readonly ChangeEntry[];
  /** Where to go on: the last entry's position, or `after` itself when there is none. */
  readonly to: string;
  /** True when more entries can be read right now. */
  readonly more: boolean;
}

/**
 * Notes in the change log that these keys changed, together with the transaction's other writes. There is one
 * entry per authority, topic and key: noting a key again moves its entry to the end, so a reader that is far
 * behind reads each key once. One statement, whatever the number of keys; repeated keys count once.
 */
export async function appendChanges(
  tx: Transaction,
  topic: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  // Two transactions that note the same keys lock the entries in the same order, and so cannot deadlock.
  const sorted = [...new Set(keys)].sort();
  await sql`insert into outbox (authority_id, topic, key, xid, seq)
    select ${tx.authorityId}::uuid, ${topic}, key, pg_current_xact_id(), nextval('outbox_seq')
    from unnest(${sorted}::text[]) as t(key)
    on conflict (authority_id, topic, key) do update set xid = excluded.xid, seq = excluded.seq`.execute(
    sqlOf(tx),
  );
}

/**
 * Reads the change log after a position. Transactions commit in another order than they write: an entry is
 * given only when every transaction that could still put one before it has ended, that is when its transaction
 * is below the oldest one running. So a reader that goes on from `to` never skips a late commit. An entry that
 * moves while it is read is given again at its new place.
 * @throws `db.position_invalid`
 */
export async function readChanges(
  tx: Transaction,
  options: { readonly topics: readonly string[]; readonly after: string; readonly limit: number },
): Promise<ChangePage> {
  const { rows } = await inLogOrder(tx, () =>
    sql<{ topic: string; key: string; position: string }>`
      select topic, key, xid::text || '.' || seq::text as position
      from outbox
      where ${isAfter(tx, options)} and xid < pg_snapshot_xmin(pg_current_snapshot())
      order by xid, seq
      limit ${options.limit + 1}`.execute(sqlOf(tx)),
  );
  const entries = rows.slice(0, options.limit);
  return {
    entries,
    to: entries.at(-1)?.position ?? options.after,
    more: rows.length > options.limit,
  };
}

/**
 * How many entries lie after a position, with those that readChanges holds back for now.
 * @throws `db.position_invalid`
 */
export async function countChanges(
  tx: Transaction,
  options: { readonly topics: readonly string[]; readonly after: string },
): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from outbox where ${isAfter(tx, options)}`.execute(sqlOf(tx));
  return Number(rows[0]?.count ?? 0);
}

/**
 * The keys of all entries after a position, with those that readChanges holds back for now.
 * @throws `db.position_invalid`
 */
export async function changedKeys(
  tx: Transaction,
  options: { readonly topics: readonly string[]; readonly after: string },
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ key: string }>`
    select key from outbox where ${isAfter(tx, options)}`.execute(sqlOf(tx));
  return new Set(rows.map(({ key }) => key));
}

/** Takes every entry of the topic out of the log: who reads it from its beginning does not see them. */
export async function dropChanges(tx: Transaction, topic: string): Promise<void> {
  await sql`delete from outbox
    where authority_id = ${tx.authorityId}::uuid and topic = ${topic}`.execute(sqlOf(tx));
}

/**
 * Runs a read along the index on positions. By its own estimate the planner would read the whole log and sort it for
 * every page: it cannot know how much of the log lies after a position.
 */
async function inLogOrder<T>(tx: Transaction, read: () => Promise<T>): Promise<T> {
  const plans = (state: 'on' | 'off'): Promise<unknown> =>
    sql`select set_config(name, ${state}, true)
      from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_sort']) as t(name)`.execute(
      sqlOf(tx),
    );
  await plans('off');
  const result = await read();
  await plans('on');
  return result;
}

const POSITION = /^(\d{1,20})\.(\d{1,19})$/;

function isAfter(
  tx: Transaction,
  { topics, after }: { readonly topics: readonly string[]; readonly after: string },
): RawBuilder<boolean> {
  const [, xid, seq] = POSITION.exec(after) ?? [];
  if (xid === undefined || seq === undefined) throw dbErrors.positionInvalid({ position: after });
  // The topic is kept from being a search key: the primary key would serve it, and not the order.
  return sql<boolean>`authority_id = ${tx.authorityId}::uuid and topic || '' = any(${topics}::text[])
    and (xid, seq) > (${xid}::xid8, ${seq}::bigint)`;
}
