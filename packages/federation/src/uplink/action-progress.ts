import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { FEDERATION_PATHS } from '@moorline/contracts/federation';
import { type Database, readChanges } from '@moorline/db';
import type { ActionId, AuthorityId, Logger } from '@moorline/kernel';
import type { UploadSource } from '@moorline/model/ports';
import { actionLine } from './batch-encode.ts';
import { problemOf } from './problem.ts';
import type { TenantClient } from './tenant-client.ts';
import type { Wakeup } from './wakeup.ts';

const AT_ONCE = 200;
const LOOK_MS = 5000;
const deflate = promisify(gzip);

/**
 * Tells the tenant how its actions go while batches wait, beside the log: who asked for an action is not made to wait
 * for the hours of uploads. The batches that follow tell it again, which changes nothing.
 */
export function createActionProgress(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly source: () => UploadSource;
  /** Woken when something was appended to the change log; its own, since each has one waiter. */
  readonly wakeup: Wakeup;
  readonly logger: Logger;
}): (client: TenantClient, cursor: string, signal: AbortSignal) => Promise<void> {
  const { authorityId, database, wakeup, logger } = deps;
  let told = { cursor: '', to: '' };

  const tell = async (client: TenantClient, signal: AbortSignal): Promise<boolean> => {
    const changes = await database.read(authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: told.to, limit: AT_ONCE }),
    );
    // Keys of this topic are ids: that is what the port says who appends them.
    const ids = changes.entries.map((entry) => entry.key as ActionId);
    if (ids.length === 0) return false;
    const lines = (await deps.source().readActions(ids)).map(actionLine);
    if (lines.length > 0) {
      const answer = await client.post(FEDERATION_PATHS.actions, await deflate(lines.join('\n')), {
        signal,
        headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
      });
      if (answer.status !== 204) throw problemOf(answer);
    }
    told = { ...told, to: changes.to };
    return changes.more;
  };

  return async (client, cursor, signal) => {
    if (told.cursor !== cursor) told = { cursor, to: cursor };
    while (!signal.aborted) {
      try {
        if (await tell(client, signal)) continue;
      } catch (err) {
        if (signal.aborted) return;
        logger.warn({ err }, 'the progress of actions is told later');
      }
      await wakeup.wait(LOOK_MS, signal);
    }
  };
}
