import { appendChanges, sqlOf } from '@moorline/db';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { MembershipChange } from './store.ts';
import type { GroupTables } from './tables.ts';

/** Whether a group is followed because its members are told of, or because they are not. */
export interface FollowedGroup {
  readonly groupId: string;
  readonly isExcluded: boolean;
}

/** Follows these groups and no others. The groups are locked. */
export async function writeFollowed(
  tx: Transaction,
  groups: readonly FollowedGroup[],
): Promise<void> {
  const db = sqlOf<GroupTables>(tx);
  await db.deleteFrom('followed_groups').where('authority_id', '=', tx.authorityId).execute();
  if (groups.length === 0) return;
  await db
    .insertInto('followed_groups')
    .values(
      groups.map(({ groupId, isExcluded }) => ({
        authority_id: tx.authorityId,
        group_id: groupId,
        is_excluded: isExcluded,
      })),
    )
    .execute();
}

export async function isFollowed(tx: Transaction, groupId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from followed_groups
    where authority_id = ${tx.authorityId} and group_id = ${groupId}`.execute(sqlOf(tx));
  return rows.length > 0;
}

/**
 * Notes in the change log whom the changes of followed groups bring to those that another authority is told of, and
 * whom they take away. Answers whether it noted any.
 */
export async function noteFollowed(
  tx: Transaction,
  entered: readonly MembershipChange[],
  left: readonly MembershipChange[],
): Promise<boolean> {
  if (entered.length + left.length === 0) return false;
  const { rows } = await sql<{ group_id: string; is_excluded: boolean }>`
    select group_id, is_excluded from followed_groups
    where authority_id = ${tx.authorityId}`.execute(sqlOf(tx));
  if (rows.length === 0) return false;
  const isExcluded = new Map(rows.map((row) => [row.group_id, row.is_excluded]));
  const devicesOf = (changes: readonly MembershipChange[], excluded: boolean): string[] =>
    changes
      .filter((change) => isExcluded.get(change.group_id) === excluded)
      .map((change) => change.device_id);
  const coming = [...devicesOf(entered, false), ...devicesOf(left, true)];
  const going = [...devicesOf(left, false), ...devicesOf(entered, true)];
  await appendChanges(tx, 'device', coming);
  await appendChanges(tx, 'departure', going);
  return coming.length + going.length > 0;
}
