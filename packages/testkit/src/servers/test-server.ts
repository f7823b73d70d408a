import { createHash } from 'node:crypto';
import { type EmbeddedServer, type Migration, openDatabase } from '@moorline/db';
import { silentLogger } from '@moorline/kernel';

/** Makes and drops databases, and says how they are reached. */
export type DatabaseServer = Pick<
  EmbeddedServer,
  'connection' | 'createDatabase' | 'dropDatabase' | 'pid'
>;

/** A real PostgreSQL that a test process has for itself, until it gives it back. */
export interface TestServer extends AsyncDisposable {
  readonly server: DatabaseServer;
  /** Databases to copy, by what was migrated into them. */
  readonly templates: Map<string, string>;
  /** Called with each template that is added. */
  keepTemplate(key: string, name: string): void;
}

/** What PostgreSQL is given for tests: no test of its databases cuts the power, and those of `db` have their own. */
export const TEST_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

const making = new WeakMap<TestServer, Map<string, Promise<string>>>();
let count = 0;

/** Name of a database with these migrations, to be copied: migrated once a server, not once a test. */
export function templateWith(test: TestServer, migrations: readonly Migration[]): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify(migrations.map(({ id, up }) => [id, String(up)])))
    .digest('hex');
  const known = making.get(test) ?? new Map<string, Promise<string>>();
  making.set(test, known);
  const present = test.templates.get(key);
  const wanted = present
    ? Promise.resolve(present)
    : (known.get(key) ?? make(test, key, migrations));
  known.set(key, wanted);
  return wanted;
}

async function make(
  test: TestServer,
  key: string,
  migrations: readonly Migration[],
): Promise<string> {
  const { server } = test;
  const name = `template_${process.pid}_${++count}`;
  await server.createDatabase(name, 'template1');
  const source = { kind: 'server', server: asEmbedded(server), database: name } as const;
  const database = await openDatabase({ source, migrations, logger: silentLogger });
  await database[Symbol.asyncDispose]();
  test.keepTemplate(key, name);
  return name;
}

/** The server as `openDatabase` takes it. Whoever borrowed it does not stop it: that is for its owner. */
export function asEmbedded(server: DatabaseServer): EmbeddedServer {
  const stop = async (): Promise<void> => {};
  return { ...server, pid: server.pid, stop, [Symbol.asyncDispose]: stop };
}
