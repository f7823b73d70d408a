import { countChanges, type Database } from '@moorline/db';
import type { AuthorityId } from '@moorline/kernel';
import type { UploadSource } from '@moorline/model/ports';
import { UPLOAD_TOPICS } from './batch-encode.ts';
import type { UploadCursors } from './cursor-store.ts';
import { selectionOf, type UploadChoices } from './upload-settings.ts';

/** Sending everything in scope, from the first device to the last. */
export interface FullSync {
  /** Notes everything as changed; it leaves as any change does. */
  begin(): Promise<void>;
  /** An uplink was opened: its log may be another. */
  connected(): void;
  /** Everything there is was acknowledged. */
  caughtUp(): Promise<void>;
}

export function createFullSync(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly cursors: UploadCursors;
  readonly source: () => UploadSource;
  readonly choices: Pick<UploadChoices, 'current'>;
  readonly onNoted: () => void;
  /** `wasFull`: a full synchronization came to its end with it. */
  readonly onCaughtUp: (wasFull: boolean) => Promise<void>;
}): FullSync {
  const { authorityId, database, cursors } = deps;

  const endIfDone = async (): Promise<boolean> => {
    const { is_full_sync: isFull, acknowledged } = await cursors.read();
    if (!isFull) {
      isComplete = true;
      return false;
    }
    // What was noted since the log was looked at is not done.
    const left = await database.read(authorityId, (tx) =>
      countChanges(tx, { topics: UPLOAD_TOPICS, after: acknowledged }),
    );
    if (left > 0) return false;
    await cursors.endFullSync();
    isComplete = true;
    return true;
  };

  /** There is none under way, as far as is known. */
  let isComplete = false;

  return {
    async begin() {
      const { settings } = await deps.choices.current();
      await database.transaction(authorityId, async (tx) => {
        await deps.source().noteDevices(tx, { changed: selectionOf(settings), departed: [] });
        await cursors.beginFullSync(tx);
      });
      isComplete = false;
      deps.onNoted();
    },
    connected() {
      isComplete = false;
    },
    async caughtUp() {
      const wasFull = !isComplete && (await endIfDone());
      return deps.onCaughtUp(wasFull);
    },
  };
}
