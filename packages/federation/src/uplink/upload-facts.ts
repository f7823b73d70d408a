import type { SiteReport } from '@moorline/contracts/federation';
import { countChanges, type Database } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import type { UploadCursors } from './cursor-store.ts';

/** How the upload stands, for the site's report. */
export function createUploadFacts(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly cursors: UploadCursors;
  readonly deviceCount: () => Promise<number>;
  readonly problem: () => string | null;
  readonly clock: Clock;
}): () => Promise<SiteReport['upload']> {
  const { authorityId, database, clock } = deps;
  /** Where the tenant stood when something first waited behind it. */
  let stuck: { readonly cursor: string; readonly since: number } | null = null;

  return async () => {
    const { acknowledged, last_upload_at } = await deps.cursors.read();
    const lagRows = await database.read(authorityId, (tx) =>
      countChanges(tx, { topics: ['device', 'action'], after: acknowledged }),
    );
    if (lagRows === 0) stuck = null;
    else if (stuck?.cursor !== acknowledged) stuck = { cursor: acknowledged, since: clock.now() };
    const problem = deps.problem();
    return {
      phase: lagRows === 0 ? 'upToDate' : 'uploading',
      reason: problem ?? (lagRows === 0 ? 'Up to date.' : 'Changes are on their way.'),
      lagRows,
      lagSeconds: stuck ? Math.floor((clock.now() - stuck.since) / 1000) : 0,
      lastAckAt: last_upload_at?.toISOString() ?? null,
      lastFullSyncAt: null,
      inScope: await deps.deviceCount(),
      excluded: 0,
      problem,
      digest: null,
    };
  };
}
