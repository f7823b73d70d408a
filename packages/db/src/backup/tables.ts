import type pg from 'pg';

export interface DataTable {
  readonly name: string;
  /** Those that are stored as they are given, not made by the database. */
  readonly columns: readonly string[];
}

/** A part of a table that was made while it was used; a new database does not have it. */
export interface Partition {
  readonly name: string;
  readonly parent: string;
  /** As PostgreSQL writes it: `FOR VALUES …`. */
  readonly bound: string;
}

export async function partitionsOf(client: pg.ClientBase): Promise<readonly Partition[]> {
  const { rows } = await client.query<Partition>(
    `select c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bound
     from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
     where c.relispartition and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
     order by c.relname`,
  );
  return rows;
}

/** Makes those that are missing. The bounds are PostgreSQL's own words, out of a backup that its seal vouches for. */
export async function makePartitions(
  client: pg.ClientBase,
  partitions: readonly Partition[],
): Promise<void> {
  for (const { name, parent, bound } of partitions) {
    const [table, of] = [client.escapeIdentifier(name), client.escapeIdentifier(parent)];
    await client.query(`create table if not exists ${table} partition of ${of} ${bound}`);
  }
}

/** Every table of the schema but the migrations' ledger, each after those that it refers to. */
export async function dataTables(client: pg.ClientBase): Promise<readonly DataTable[]> {
  const { rows: tables } = await client.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       and c.relname <> 'schema_migrations'
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname`,
  );
  const { rows: references } = await client.query<{ name: string; target: string }>(
    `select r.relname as name, t.relname as target
     from pg_constraint k join pg_class r on r.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     where k.contype = 'f' and k.connamespace = 'public'::regnamespace and r.oid <> t.oid`,
  );
  const left = new Map(tables.map((table) => [table.name, table]));
  const ordered: DataTable[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ name }) => !references.some((one) => one.name === name && left.has(one.target)),
    );
    if (free.length === 0) throw new Error('tables refer to each other in a circle');
    for (const table of free) left.delete(table.name);
    ordered.push(...free);
  }
  return ordered;
}
