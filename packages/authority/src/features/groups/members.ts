import type { CollectionMember, CollectionSample } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import { isUuid } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { SqlParts } from '@moorline/query';
import { type RawBuilder, sql } from 'kysely';
import { listingErrors } from '../../listing/errors.ts';
import type { GroupCatalogue } from './catalogue.ts';
import { memberSql, withinLimit } from './evaluate-group.ts';
import type { Group, GroupDefinition } from './rule.ts';
import { sqlOfParts } from './sql-parts.ts';

/** Rows that a preview shows. */
const SAMPLE = 100;

export interface MemberPage {
  readonly members: readonly CollectionMember[];
  /** For the next page; null at the end. */
  readonly skipToken: string | null;
}

/** The condition that the device `d` is a member as it is known now: stored, or of a built-in group. */
export function presentMemberSql(catalogue: GroupCatalogue, group: Group, now: number): SqlParts {
  if (group.isBuiltIn) return memberSql(catalogue, group, now);
  return [
    'exists (select 1 from group_members m where m.authority_id = d.authority_id and m.group_id = ',
    { value: group.id, type: 'uuid' },
    ' and m.device_id = d.id)',
  ];
}

/** Members by name. @throws `odata.skiptoken_invalid` */
export async function readMembers(
  tx: Transaction,
  condition: SqlParts,
  page: { readonly top: number; readonly skipToken: string | null },
): Promise<MemberPage> {
  const after = page.skipToken === null ? sql`true` : afterToken(page.skipToken);
  const { rows } = await sql<{ id: string; name: string | null; name_key: string }>`
    select d.id, d.name, d.name_key from devices d
    where d.authority_id = ${tx.authorityId} and ${sqlOfParts<boolean>(condition)} and ${after}
    order by d.name_key, d.id limit ${page.top + 1}`.execute(sqlOf(tx));
  const shown = rows.slice(0, page.top);
  const last = shown.at(-1);
  const token = last && Buffer.from(JSON.stringify([last.name_key, last.id])).toString('base64url');
  return {
    members: shown.map(({ id, name }) => ({ id, deviceName: name })),
    skipToken: rows.length > page.top && token ? token : null,
  };
}

function afterToken(token: string): RawBuilder<boolean> {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw listingErrors.skipTokenInvalid();
  }
  const [name, id] = Array.isArray(position) ? position : [];
  if (typeof name !== 'string' || name.includes('\0') || !isUuid(id)) {
    throw listingErrors.skipTokenInvalid();
  }
  return sql<boolean>`((d.name_key, d.id) > ((${name}::text collate "C"), ${id}::uuid))`;
}

/** How many devices the condition holds for, and the first of them. @throws `groups.too_costly` */
export function sampleOf(tx: Transaction, condition: SqlParts): Promise<CollectionSample> {
  return withinLimit(tx, async () => {
    const { rows } = await sql<{ id: string; name: string | null; count: string }>`
      select d.id, d.name, count(*) over () as count from devices d
      where d.authority_id = ${tx.authorityId} and ${sqlOfParts<boolean>(condition)}
      order by d.name_key, d.id limit ${SAMPLE}`.execute(sqlOf(tx));
    return {
      count: Number(rows[0]?.count ?? 0),
      devices: rows.map(({ id, name }) => ({ id, deviceName: name })),
    };
  });
}

export async function countMembers(tx: Transaction, condition: SqlParts): Promise<number> {
  return withinLimit(tx, async () => {
    const { rows } = await sql<{ count: string }>`select count(*) as count from devices d
      where d.authority_id = ${tx.authorityId} and ${sqlOfParts<boolean>(condition)}`.execute(
      sqlOf(tx),
    );
    return Number(rows[0]?.count ?? 0);
  });
}

/** Who would enter and who would leave `group` under another definition. */
export function differenceSql(
  catalogue: GroupCatalogue,
  group: Group,
  wanted: GroupDefinition,
  now: number,
): { readonly entering: SqlParts; readonly leaving: SqlParts } {
  const after = memberSql(catalogue, wanted, now);
  const before = presentMemberSql(catalogue, group, now);
  return {
    entering: ['(', ...after, ' and not ', ...before, ')'],
    leaving: ['(', ...before, ' and not ', ...after, ')'],
  };
}
