import { MoorlineError } from '@moorline/kernel';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { bindKysely } from './bound-kysely.ts';
import { dbErrors } from './errors.ts';

/** One step of the schema's history: never changed once released, never taken out. */
export interface Migration {
  /** `<area>/<number>-<what>`: `devices/0001-initial`. Within an area the list only grows at its end. */
  readonly id: string;
  up(db: Kysely<unknown>): Promise<void>;
}

interface Ledger {
  schema_migrations: { ordinal?: number; id: string; applied_at?: Date };
}

// Any fixed number: whoever migrates this database takes the same one.
const LOCK = 7_305_021_146;

/** Runs `work` while no other process changes the schema or the rights of this database. */
export async function underSchemaLock<T>(
  client: pg.ClientBase,
  work: () => Promise<T>,
): Promise<T> {
  await client.query(`select pg_advisory_lock(${LOCK})`);
  try {
    return await work();
  } finally {
    await client.query(`select pg_advisory_unlock(${LOCK})`).catch(() => {});
  }
}

/**
 * Applies, in the given order, what the database does not have, each in one transaction with its line in the
 * ledger. The caller holds the schema's lock.
 * @throws `db.newer_version`, `db.migrations_out_of_order`, `db.migration_failed`
 */
export async function migrate(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  onProgress: (step: string) => void = () => {},
): Promise<void> {
  const db = bindKysely(client, 'BEGIN') as unknown as Kysely<Ledger>;
  await client.query(`create table if not exists schema_migrations (
    id text primary key,
    ordinal bigint generated always as identity,
    applied_at timestamptz not null default now())`);
  const rows = await db.selectFrom('schema_migrations').select('id').orderBy('ordinal').execute();
  const applied = new Set(rows.map((row) => row.id));
  checkLedger(applied, migrations);
  const waiting = migrations.filter(({ id }) => !applied.has(id));
  for (const migration of waiting) {
    onProgress(`database: migration ${migration.id}`);
    await apply(db, migration);
  }
}

async function apply(db: Kysely<Ledger>, migration: Migration): Promise<void> {
  try {
    await db.transaction().execute(async (tx) => {
      await migration.up(tx as unknown as Kysely<unknown>);
      await tx.insertInto('schema_migrations').values({ id: migration.id }).execute();
    });
  } catch (cause) {
    if (cause instanceof MoorlineError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw dbErrors.migrationFailed({ id: migration.id, reason }, { cause });
  }
}

function checkLedger(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ id }) => id));
  if (known.size !== migrations.length) throw new Error('two migrations have the same id');
  const unknown = [...applied].filter((id) => !known.has(id));
  const [first] = unknown;
  if (first !== undefined) throw dbErrors.newerVersion({ count: unknown.length, first });
  const missingOf = new Map<string, string>();
  for (const { id } of migrations) {
    const area = id.slice(0, id.indexOf('/') + 1);
    const missing = missingOf.get(area);
    if (!applied.has(id)) missingOf.set(area, missing ?? id);
    else if (missing !== undefined) throw dbErrors.migrationsOutOfOrder({ applied: id, missing });
  }
}
