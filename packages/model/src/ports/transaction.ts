import type { AuthorityId } from '@moorline/kernel';

/**
 * An open transaction of one authority, as the ports pass it on; `db` makes it and knows what is inside.
 * Everything written with it commits together or not at all.
 */
export interface Transaction {
  readonly authorityId: AuthorityId;
  /** Runs after the commit, never after a rollback, in order; may be lost by a kill. */
  afterCommit(run: () => void): void;
}
