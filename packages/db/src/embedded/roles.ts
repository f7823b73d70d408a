import { existsSync } from 'node:fs';
import { writeDurably } from '@moorline/files';
import pg from 'pg';
import { BOOTSTRAP_ROLE, type Secrets } from './cluster.ts';
import type { Home } from './home.ts';
import type { Address } from './postmaster.ts';

/** Owns the schema and runs the migrations; no superuser. */
export const OWNER_ROLE = 'moorline_owner';
/** Serves requests: has grants only, and row-level security applies to it. */
export const SERVING_ROLE = 'moorline_serving';
export const DATABASE_NAME = 'moorline';

/**
 * Makes the two roles and the database of a new cluster. Every statement may be repeated, and the marker is
 * written last, so that a kill in between is made good at the next start.
 */
export async function ensureRoles(home: Home, address: Address, secrets: Secrets): Promise<void> {
  if (existsSync(home.rolesMarker)) return;
  await asBootstrap(address, secrets, async (client) => {
    for (const [role, password] of [
      [OWNER_ROLE, secrets.owner],
      [SERVING_ROLE, secrets.serving],
    ] as const) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      if (rowCount === 0) await client.query(`create role ${role}`);
      const rights = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
      await client.query(`alter role ${role} ${rights} password ${client.escapeLiteral(password)}`);
    }
    await createDatabaseIfMissing(client, DATABASE_NAME);
  });
  await writeDurably(home.rolesMarker, '');
}

/** Runs `work` as the superuser, on the maintenance database. */
export async function asBootstrap<T>(
  address: Address,
  secrets: Secrets,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...address,
    user: BOOTSTRAP_ROLE,
    password: secrets.bootstrap,
    database: 'postgres',
  });
  // A lost connection also fails the query in flight, which is where it is reported.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function createDatabaseIfMissing(
  client: pg.Client,
  name: string,
  template?: string,
): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  const made = `create database ${client.escapeIdentifier(name)} owner ${OWNER_ROLE}`;
  const copied =
    template === undefined
      ? ''
      : ` template ${client.escapeIdentifier(template)} strategy file_copy`;
  if (rowCount === 0) await client.query(made + copied);
  await client.query(`revoke all on database ${client.escapeIdentifier(name)} from public`);
  const grants = `grant connect, temporary on database ${client.escapeIdentifier(name)}`;
  await client.query(`${grants} to ${SERVING_ROLE}`);
}
