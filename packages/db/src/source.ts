import type { Logger } from '@moorline/kernel';
import pg from 'pg';
import { fromDriver, isConnectionLoss, sqlState } from './driver-errors.ts';
import {
  type ConnectionSettings,
  type EmbeddedServer,
  startEmbeddedServer,
} from './embedded/server.ts';
import { dbErrors } from './errors.ts';

/**
 * `embedded`: our own PostgreSQL in a folder that belongs to it alone.
 * `url`: one that somebody else runs, 15 or later. `ownerUrl` names the role that owns the schema and migrates;
 * without it, `url` does both, and requests are served as `moorline_serving` by SET ROLE.
 * `server`: a database on an embedded server that is running; closing the database leaves the server running.
 */
export type DatabaseSource =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'url'; readonly url: string; readonly ownerUrl?: string }
  | { readonly kind: 'server'; readonly server: EmbeddedServer; readonly database: string };

type Connecting = ConnectionSettings | { readonly connectionString: string };

/** A source that answers: how to connect as either role, and how to give it back. */
export interface OpenSource {
  readonly ownsServer: boolean;
  readonly owner: Connecting;
  readonly serving: Connecting;
  close(): Promise<void>;
}

export async function openSource(
  source: DatabaseSource,
  options: { logger: Logger; signal?: AbortSignal; onProgress?(step: string): void },
): Promise<OpenSource> {
  if (source.kind === 'url') {
    const owner = { connectionString: checkUrl(source.ownerUrl ?? source.url) };
    const serving = { connectionString: checkUrl(source.url) };
    return { ownsServer: false, owner, serving, close: async () => {} };
  }
  if (source.kind === 'server') {
    const { server, database } = source;
    const [owner, serving] = [
      server.connection('owner', database),
      server.connection('serving', database),
    ];
    return { ownsServer: false, owner, serving, close: async () => {} };
  }
  const server = await startEmbeddedServer({ folder: source.folder, ...options });
  return {
    ownsServer: true,
    owner: server.connection('owner'),
    serving: server.connection('serving'),
    close: () => server.stop(),
  };
}

function checkUrl(url: string): string {
  if (!URL.canParse(url)) throw dbErrors.urlInvalid({ reason: 'it is not a URL' });
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:')
    throw dbErrors.urlInvalid({ reason: `it begins with ${protocol}` });
  if (pathname.length < 2) throw dbErrors.urlInvalid({ reason: 'it names no database' });
  return url;
}

const OLDEST = 15;

/**
 * Runs `work` on a connection as the owner, once the server is known to be new enough.
 * @throws `db.unavailable`, `db.url_refused`, `db.older_server`
 */
export async function asOwner<T>(
  source: OpenSource,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...source.owner, application_name: 'moorline-owner' });
  // A lost connection also fails the query in flight, which is where it is reported.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw connectError(client, cause);
  }
  try {
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int / 10000 as version",
    );
    const found = rows[0]?.version ?? 0;
    if (found < OLDEST)
      throw dbErrors.olderServer({ found, needed: OLDEST, place: placeOf(client) });
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

function connectError(client: pg.Client, cause: unknown): unknown {
  if (isConnectionLoss(cause) || sqlState(cause) === undefined) return fromDriver(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return dbErrors.urlRefused({ address: placeOf(client), reason }, { cause });
}

function placeOf(client: pg.Client): string {
  return `${client.host}:${client.port}/${client.database ?? ''}`;
}
