import { join } from 'node:path';
import { readIfPresent, removeDurably, writeDurably } from '@moorline/files';

/**
 * Tokens that were made but whose use is not known to have succeeded: after a kill the same one is used
 * again, so that one device stays one device and one site one connector.
 */
export interface PendingSecret {
  /** Holds the token while `work` runs; for its owner's eyes only (0600). */
  readonly file: string;
  /**
   * Uses the kept token, or a new one that is kept before it is used; forgets it when that succeeded. A kept
   * one that is refused (it may have run out) is replaced once.
   */
  use<T>(make: () => Promise<string>, work: (token: string) => Promise<T>): Promise<T>;
}

export function pendingSecret(folder: string, name: 'enrolment' | 'join'): PendingSecret {
  const file = join(folder, `pending-${name}-token`);
  return {
    file,
    async use(make, work) {
      const kept = (await readIfPresent(file))?.trim();
      if (kept) {
        const result = await work(kept).then(
          (value) => ({ value }),
          () => undefined,
        );
        await removeDurably(file);
        if (result) return result.value;
      }
      const made = await make();
      await writeDurably(file, made);
      const value = await work(made);
      await removeDurably(file);
      return value;
    },
  };
}
