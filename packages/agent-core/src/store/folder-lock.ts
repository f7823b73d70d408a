import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { agentErrors } from '../errors.ts';

/**
 * Takes the agent's folder for this process. The lock is SQLite's own on `agent.lock`: the operating
 * system lets go of it when the process ends, however it ends, so there is never a stale one.
 * @throws `agent.folder_in_use`
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(folder, 'agent.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked/.test(error.message)) {
      throw agentErrors.folderInUse({ folder }, { cause: error });
    }
    throw error;
  }
  return {
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}
