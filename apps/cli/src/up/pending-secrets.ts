import { join } from 'node:path';
import { readIfPresent, removeDurably, writeDurably } from '@moorline/files';

/**
 * Tokens that were made but whose use is not known to have succeeded: after a kill the same one is used
 * again, so that one device stays one device and one site one connector.
 */
export interface PendingSecrets {
  /** The kept token, or a new one that is kept before it is used. */
  take(make: () => Promise<string>): Promise<string>;
  /** It was used, or is of no use any more. */
  drop(): Promise<void>;
}

export function pendingSecret(folder: string, name: 'enrolment' | 'join'): PendingSecrets {
  const file = join(folder, `pending-${name}-token`);
  return {
    async take(make) {
      const kept = (await readIfPresent(file))?.trim();
      if (kept) return kept;
      const made = await make();
      await writeDurably(file, made);
      return made;
    },
    drop: () => removeDurably(file),
  };
}
