import { recordset, sqlOf } from '@moorline/db';
import type { Json } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { type AuditRecordContent, CHAIN_START, chainHash, storable } from './chain.ts';

export interface AuditTables {
  audit_heads: { authority_id: string; sequence: string; hash: string };
  audit_events: {
    authority_id: string;
    sequence: string;
    at_ms: string;
    activity: string;
    actor: string;
    target: string | null;
    result: 'success' | 'failure';
    details: Readonly<Record<string, Json>>;
    hash: string;
  };
}

export interface AuditRecord {
  /** Dotted, present tense: `actions.request`. */
  readonly activity: string;
  readonly actor: string;
  readonly target: string | null;
  readonly result: 'success' | 'failure';
  readonly details?: Readonly<Record<string, Json>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A record as it stands in the log. */
export interface AuditEventRow extends AuditRecordContent {
  readonly hash: string;
}

/**
 * Adds a record to the authority's hash chain, in the deed's own transaction. The chain's head is locked
 * until that transaction ends: call it last.
 */
export function recordAudit(tx: Transaction, record: AuditRecord): Promise<void> {
  return recordAudits(tx, [record]);
}

/** Adds records of one transaction in their order, in one statement. Otherwise as recordAudit. */
export async function recordAudits(
  tx: Transaction,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const db = sqlOf<AuditTables>(tx);
  let { sequence, hash } = await lockHead(tx);
  const rows = records.map((record) => {
    const content: AuditRecordContent = {
      sequence: ++sequence,
      at: Math.trunc(record.at),
      activity: record.activity,
      actor: storable(record.actor),
      target: record.target === null ? null : storable(record.target),
      result: record.result,
      details: storable(record.details ?? {}) as Readonly<Record<string, Json>>,
    };
    hash = chainHash(hash, content);
    const { at, ...columns } = content;
    return { ...columns, at_ms: at, hash };
  });
  await sql`with head as (
      update audit_heads set sequence = ${sequence}, hash = ${hash}
      where authority_id = ${tx.authorityId}
    )
    insert into audit_events
      (authority_id, sequence, at_ms, activity, actor, target, result, details, hash)
    select ${tx.authorityId}::uuid, sequence, at_ms, activity, actor, target, result, details, hash
    from ${recordset(rows, { sequence: 'bigint', at_ms: 'bigint', activity: 'text', actor: 'text', target: 'text', result: 'text', details: 'jsonb', hash: 'text' })}`.execute(
    db,
  );
}

/** The chain's end, held until the transaction ends; the first record of all makes it. */
async function lockHead(tx: Transaction): Promise<{ sequence: number; hash: string }> {
  const db = sqlOf<AuditTables>(tx);
  for (;;) {
    const head = await db
      .selectFrom('audit_heads')
      .select(['sequence', 'hash'])
      .where('authority_id', '=', tx.authorityId)
      .forUpdate()
      .executeTakeFirst();
    if (head) return { sequence: Number(head.sequence), hash: head.hash };
    await sql`insert into audit_heads (authority_id, sequence, hash)
      values (${tx.authorityId}, 0, ${CHAIN_START}) on conflict do nothing`.execute(db);
  }
}

/** Records before `before` (exclusive; absent: from the newest), newest first, at most `top`. */
export async function readAudit(
  tx: Transaction,
  page: { readonly before?: number; readonly top: number },
): Promise<readonly AuditEventRow[]> {
  let query = sqlOf<AuditTables>(tx)
    .selectFrom('audit_events')
    .selectAll()
    .where('authority_id', '=', tx.authorityId)
    .orderBy('sequence', 'desc')
    .limit(page.top);
  if (page.before !== undefined) query = query.where('sequence', '<', String(page.before));
  return (await query.execute()).map(toEvent);
}

/** What a walk over the whole chain found. */
export type ChainVerdict =
  | { readonly intact: true; readonly records: number }
  | { readonly intact: false; readonly records: number; readonly brokenAt: number };

/** Recomputes every hash from the first record to the head; reads in pages. */
export async function verifyChain(tx: Transaction): Promise<ChainVerdict> {
  const db = sqlOf<AuditTables>(tx);
  let previous = CHAIN_START;
  let sequence = 0;
  for (;;) {
    const rows = await db
      .selectFrom('audit_events')
      .selectAll()
      .where('authority_id', '=', tx.authorityId)
      .where('sequence', '>', String(sequence))
      .orderBy('sequence')
      .limit(1000)
      .execute();
    for (const row of rows) {
      const event = toEvent(row);
      if (event.sequence !== sequence + 1 || event.hash !== chainHash(previous, event)) {
        return { intact: false, records: sequence, brokenAt: sequence + 1 };
      }
      [sequence, previous] = [event.sequence, event.hash];
    }
    if (rows.length < 1000) break;
  }
  const head = await db
    .selectFrom('audit_heads')
    .select(['sequence', 'hash'])
    .where('authority_id', '=', tx.authorityId)
    .executeTakeFirst();
  const complete =
    Number(head?.sequence ?? 0) === sequence && (head?.hash ?? CHAIN_START) === previous;
  return complete
    ? { intact: true, records: sequence }
    : { intact: false, records: sequence, brokenAt: sequence + 1 };
}

function toEvent(row: AuditTables['audit_events']): AuditEventRow {
  return {
    sequence: Number(row.sequence),
    at: Number(row.at_ms),
    activity: row.activity,
    actor: row.actor,
    target: row.target,
    result: row.result,
    details: row.details,
    hash: row.hash,
  };
}
