import type pg from 'pg';
import { dbErrors } from './errors.ts';

/**
 * On a server that is not ours: makes `moorline_serving` when it is missing and, when the migrating role also
 * serves (`servesToo`), lets it take that role on. As the owner; repeatable.
 * @throws `db.serving_role_missing`
 */
export async function ensureServingRole(
  client: pg.ClientBase,
  { servesToo }: { readonly servesToo: boolean },
): Promise<void> {
  const { rows } = await client.query<{
    name: string;
    exists: boolean;
  }>(`select current_user as name,
    exists(select from pg_roles where rolname = 'moorline_serving') as exists`);
  const [state] = rows;
  try {
    if (!state?.exists) await client.query('create role moorline_serving nologin nobypassrls');
    if (servesToo && !(await canServe(client)))
      await client.query('grant moorline_serving to current_user');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw dbErrors.servingRoleMissing({ role: state?.name ?? 'the owner', reason }, { cause });
  }
}

// Tried rather than looked up: what allows SET ROLE differs between PostgreSQL 15 and 16.
async function canServe(client: pg.ClientBase): Promise<boolean> {
  try {
    await client.query('BEGIN; SET LOCAL ROLE moorline_serving');
    return true;
  } catch {
    return false;
  } finally {
    await client.query('ROLLBACK');
  }
}

/**
 * Verifies, on a connection of the pool, that requests are served by a role to which row-level security applies.
 * @throws `db.serving_role_too_strong`, `db.serving_role_missing`
 */
export async function checkServingRole(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('BEGIN; SET LOCAL ROLE moorline_serving');
  } catch (cause) {
    await client.query('ROLLBACK');
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw dbErrors.servingRoleMissing({ role: 'of DATABASE_URL', reason }, { cause });
  }
  const { rows } = await client.query<{ strong: boolean }>(
    'select rolsuper or rolbypassrls as strong from pg_roles where rolname = current_user',
  );
  await client.query('ROLLBACK');
  if (rows[0]?.strong !== false) throw dbErrors.servingRoleTooStrong({ role: 'moorline_serving' });
}
