import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '@moorline/kernel';

/** What is hashed of an audit record; `sequence` counts from 1 without gaps. */
export interface AuditRecordContent {
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly activity: string;
  readonly actor: string;
  readonly target: string | null;
  readonly result: 'success' | 'failure';
  readonly details: Readonly<Record<string, Json>>;
}

/** The hash before the first record. */
export const CHAIN_START: string = '0'.repeat(64);

/** SHA-256, lower-case hex, over the hash before and the canonical record: changing one breaks all after it. */
export function chainHash(previousHash: string, record: AuditRecordContent): string {
  const content: Json = {
    sequence: record.sequence,
    at: record.at,
    activity: record.activity,
    actor: record.actor,
    target: record.target,
    result: record.result,
    details: record.details,
  };
  return createHash('sha256').update(previousHash).update(canonicalJson(content)).digest('hex');
}

/** Text and JSON as PostgreSQL can keep it: no NUL, no lone surrogate. */
export function storable<T extends Json>(value: T): T;
export function storable(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '\ufffd');
  if (Array.isArray(value)) return value.map((item: Json) => storable(item));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [storable(key), storable(member as Json)]),
    );
  }
  return value;
}
