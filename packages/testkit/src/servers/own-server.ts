import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster, startEmbeddedServer } from '@moorline/db';
import { silentLogger } from '@moorline/kernel';
import { TEST_SETTINGS, type TestServer } from './test-server.ts';

/** A server of this process alone, for a test file that is run by itself. */
export async function startOwnServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-test-'));
  await chmod(folder, 0o711);
  const place = join(folder, 'postgres');
  const server = await startEmbeddedServer({
    folder: place,
    logger: silentLogger,
    settings: TEST_SETTINGS,
  });
  const templates = new Map<string, string>();
  return {
    server,
    templates,
    keepTemplate: (key, name) => void templates.set(key, name),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await removeCluster(place, silentLogger);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
