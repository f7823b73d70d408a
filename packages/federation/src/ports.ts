import type { Json } from '@moorline/kernel';
import type { Actor, Permission } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';

/** A deed, or an attempt at one, as the audit log of an authority takes it. */
export interface AuditRecord {
  /** Dotted: `connectors.attach`, `relay.refuse`. */
  readonly activity: string;
  /** The name that the log shows: `actorName(actor)`, or the part of the system that it was. */
  readonly actor: string;
  /** Id of what it was done to; null when there is no such thing. */
  readonly target: string | null;
  readonly result: 'success' | 'failure';
  readonly details?: { readonly [key: string]: Json };
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Writes the record in the transaction of the deed itself; called last in it. */
export type RecordAudit = (tx: Transaction, record: AuditRecord) => Promise<void>;

/** Returns when the actor may, throws `access.denied` when not. */
export type Authorize = (actor: Actor, permission: Permission) => void | Promise<void>;
