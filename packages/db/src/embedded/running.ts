import { existsSync, readFileSync } from 'node:fs';
import { findHome, socketFolder } from './home.ts';
import { DATABASE_NAME, OWNER_ROLE } from './roles.ts';
import type { ConnectionSettings } from './server.ts';

/**
 * How to connect, as the owner of the schema, to the server that another process runs on this folder; undefined when
 * there is none. Not on Windows, where only that process knows the port.
 */
export async function connectionToRunning(folder: string): Promise<ConnectionSettings | undefined> {
  const home = findHome(folder);
  if (!home || process.platform === 'win32' || !existsSync(home.secretsFile)) return undefined;
  const secrets: unknown = JSON.parse(readFileSync(home.secretsFile, 'utf8'));
  const { owner } = secrets as { owner: string }; // our own file
  return {
    host: socketFolder(home),
    port: 5432,
    user: OWNER_ROLE,
    password: owner,
    database: DATABASE_NAME,
  };
}
