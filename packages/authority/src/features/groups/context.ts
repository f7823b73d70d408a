import type { Bus } from '@moorline/bus';
import type { Database } from '@moorline/db';
import { type Clock, type Entropy, isUuid, type Logger } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { QueryLanguage } from '@moorline/query-language';
import type { Profile } from '../../profile.ts';
import { createCatalogue, type GroupCatalogue, type ReadyGroup } from './catalogue.ts';
import { groupErrors } from './errors.ts';
import { ensureGroups, lockGroups, readGroups, readRevision } from './store.ts';

export interface GroupsDeps {
  readonly profile: Profile;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly language: QueryLanguage;
}

/** What the parts of the feature share: the groups as they are, read again when they have changed. */
export interface GroupsContext extends GroupsDeps {
  /** Runs with the groups as they are; nothing is held. */
  reading<T>(work: (tx: Transaction, catalogue: GroupCatalogue) => Promise<T>): Promise<T>;
  /** The groups as they are, in the caller's transaction; `hold`: held until it ends. */
  catalogueIn(tx: Transaction, options?: { readonly hold?: boolean }): Promise<GroupCatalogue>;
  /** Runs with the groups held: no other evaluation or change goes on meanwhile. */
  holding<T>(work: (tx: Transaction, catalogue: GroupCatalogue) => Promise<T>): Promise<T>;
}

export function createGroupsContext(deps: GroupsDeps): GroupsContext {
  const { profile, database, clock } = deps;
  const { authorityId } = profile;
  let known: { readonly revision: number; readonly catalogue: GroupCatalogue } | null = null;
  let made: Promise<void> | null = null;

  async function catalogueAt(tx: Transaction, revision: number): Promise<GroupCatalogue> {
    if (known?.revision === revision) return known.catalogue;
    const catalogue = createCatalogue(await readGroups(tx));
    known = { revision, catalogue };
    return catalogue;
  }

  async function ready(): Promise<void> {
    made ??= database.transaction(authorityId, (tx) => ensureGroups(tx, clock.now()));
    try {
      await made;
    } catch (error) {
      made = null;
      throw error;
    }
  }

  return {
    ...deps,
    async reading(work) {
      await ready();
      return database.read(authorityId, async (tx) =>
        work(tx, await catalogueAt(tx, await readRevision(tx))),
      );
    },
    async catalogueIn(tx, options = {}) {
      await ready();
      return catalogueAt(tx, await (options.hold ? lockGroups(tx) : readRevision(tx)));
    },
    async holding(work) {
      await ready();
      return database.transaction(authorityId, async (tx) =>
        work(tx, await catalogueAt(tx, await lockGroups(tx))),
      );
    },
  };
}

/** @throws `groups.not_found` also for what is no id at all */
export function requireGroup(catalogue: GroupCatalogue, id: string): ReadyGroup {
  const group = isUuid(id) ? catalogue.byId.get(id) : undefined;
  if (!group) throw groupErrors.notFound({ id: id.slice(0, 64) });
  return group;
}
