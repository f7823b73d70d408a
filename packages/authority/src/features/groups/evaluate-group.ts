import { sqlOf } from '@moorline/db';
import type { Transaction } from '@moorline/model/ports';
import { planSql, type SqlParts, wakeOf, wakesSql } from '@moorline/query';
import { sql } from 'kysely';
import type { GroupCatalogue } from './catalogue.ts';
import { groupErrors } from './errors.ts';
import { noteFollowed } from './followed.ts';
import { sourceOf } from './query-classes.ts';
import type { Group, GroupDefinition } from './rule.ts';
import { sqlOfParts } from './sql-parts.ts';
import { type MembershipChange, writeWakes } from './store.ts';

/** Longest that the members of one group may take to be found. */
export const EVALUATION_LIMIT_MS = 10_000;

/** The condition that the device `d` is a member at `now`. */
export function memberSql(
  catalogue: GroupCatalogue,
  definition: GroupDefinition,
  now: number,
): SqlParts {
  const isIn = (id: string): SqlParts => {
    const named = catalogue.byId.get(id);
    if (named?.isBuiltIn) return memberSql(catalogue, named, now);
    return [
      'exists (select 1 from group_members m where m.authority_id = d.authority_id and m.group_id = ',
      { value: id, type: 'uuid' },
      ' and m.device_id = d.id)',
    ];
  };
  const into: SqlParts[] = [];
  const outOf: SqlParts[] = [];
  for (const rule of definition.rules) {
    switch (rule.kind) {
      case 'direct':
        into.push(['d.id = any(', { value: rule.deviceIds, type: 'uuid[]' }, ')']);
        break;
      case 'query':
        into.push(planSql(rule.plan, sourceOf, now));
        break;
      case 'include':
        into.push(isIn(rule.groupId));
        break;
      case 'exclude':
        outOf.push(['not ', ...isIn(rule.groupId)]);
    }
  }
  const any: SqlParts =
    into.length === 0
      ? ['false']
      : ['(', ...into.flatMap((part, at): SqlParts => (at ? [' or ', ...part] : part)), ')'];
  const all = [
    ...(definition.limitingId === null ? [] : [isIn(definition.limitingId)]),
    any,
    ...outOf,
  ];
  return ['(', ...all.flatMap((part, at): SqlParts => (at ? [' and ', ...part] : part)), ')'];
}

/** Runs what may take long; @throws `groups.too_costly` */
export async function withinLimit<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  const db = sqlOf(tx);
  // Compiling the conditions would cost more than it saves on any fleet.
  await sql`select set_config('statement_timeout', ${String(EVALUATION_LIMIT_MS)}, true),
    set_config('jit', 'off', true)`.execute(db);
  try {
    const result = await work();
    await sql`select set_config('statement_timeout', '0', true)`.execute(db);
    return result;
  } catch (error) {
    // query_canceled
    if (error instanceof Error && 'code' in error && error.code === '57014') {
      throw groupErrors.tooCostly({ limitSeconds: EVALUATION_LIMIT_MS / 1000 }, { cause: error });
    }
    throw error;
  }
}

/** Who has entered and who has left. */
export interface MemberDifference {
  readonly entered: readonly string[];
  readonly left: readonly string[];
  /** Something of it is in the change log. */
  readonly isNoted: boolean;
}

/**
 * Evaluates the group for every device by SQL, and stores what differs. The groups are locked. Of a group whose
 * answer changes with time, also when that will be.
 */
export async function evaluateGroup(
  tx: Transaction,
  catalogue: GroupCatalogue,
  group: Group,
  now: number,
): Promise<MemberDifference> {
  if (group.isBuiltIn) return { entered: [], left: [], isNoted: false };
  return withinLimit(tx, async () => {
    const db = sqlOf(tx);
    // The ids come back as texts: a row for each would cost more than the evaluation.
    const { rows } = await sql<{ entered: string; gone: string }>`
      with wanted as materialized (
        select d.id from devices d
        where d.authority_id = ${tx.authorityId} and ${sqlOfParts<boolean>(memberSql(catalogue, group, now))}
      ), present as materialized (
        select device_id from group_members
        where authority_id = ${tx.authorityId} and group_id = ${group.id}
      ), entering as (
        select id from wanted except select device_id from present
      ), leaving as (
        select device_id from present except select id from wanted
      ), added as (
        insert into group_members (authority_id, group_id, device_id)
        select ${tx.authorityId}::uuid, ${group.id}::uuid, id from entering returning device_id
      ), removed as (
        delete from group_members m using leaving l
        where m.authority_id = ${tx.authorityId} and m.group_id = ${group.id} and m.device_id = l.device_id
        returning m.device_id
      )
      select (select coalesce(string_agg(device_id::text, ' '), '') from added) as entered,
        (select coalesce(string_agg(device_id::text, ' '), '') from removed) as gone`.execute(db);
    const entered = wordsOf(rows[0]?.entered);
    const left = wordsOf(rows[0]?.gone);
    await sql`update groups set member_count = member_count + ${entered.length - left.length}
      where authority_id = ${tx.authorityId} and id = ${group.id}`.execute(db);
    await noteWakes(tx, group, now);
    const changeOf = (device_id: string): MembershipChange => ({ group_id: group.id, device_id });
    const isNoted = await noteFollowed(tx, entered.map(changeOf), left.map(changeOf));
    return { entered, left, isNoted };
  });
}

async function noteWakes(tx: Transaction, group: Group, now: number): Promise<void> {
  const devices: SqlParts = [
    '(select * from devices where authority_id = ',
    { value: tx.authorityId, type: 'uuid' },
    ') as d',
  ];
  const plans = group.rules.flatMap((rule) => (rule.kind === 'query' ? [rule.plan] : []));
  const wakes = new Map<string, number>();
  for (const { plusMs, statement } of plans.flatMap((plan) =>
    wakesSql(plan, sourceOf, now, devices),
  )) {
    const { rows } = await sqlOfParts<{ id: string; time: string }>(statement).execute(sqlOf(tx));
    for (const { id, time } of rows) {
      const at = wakeOf(time, plusMs, now);
      if (at !== null) wakes.set(id, Math.min(at, wakes.get(id) ?? at));
    }
  }
  await writeWakes(tx, wakes);
}

function wordsOf(text: string | undefined): string[] {
  return text ? text.split(' ') : [];
}
