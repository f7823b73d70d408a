import type { Transaction, UploadSelection } from '@moorline/model/ports';
import type { SqlParts } from '@moorline/query';
import { type RawBuilder, sql } from 'kysely';
import { ALL_SYSTEMS } from './built-in.ts';
import type { GroupCatalogue } from './catalogue.ts';
import type { GroupsContext } from './context.ts';
import { groupErrors } from './errors.ts';
import { type FollowedGroup, writeFollowed } from './followed.ts';
import { presentMemberSql } from './members.ts';
import { sqlOfParts } from './sql-parts.ts';

/** Which own devices a selection tells of, as SQL. */
export interface SelectionCondition {
  /** On the device `d`; null: every one. */
  readonly condition: RawBuilder<boolean> | null;
  /** It depends on groups whose members are not stored, so nobody notes who leaves them. */
  readonly isUnnoted: boolean;
}

/** The groups' part in telling another authority of devices. */
export interface GroupSelections {
  /** Runs with the selection's condition, in one transaction that only reads. */
  selecting<T>(
    selection: UploadSelection,
    work: (tx: Transaction, condition: SelectionCondition) => Promise<T>,
  ): Promise<T>;
  /** The condition in the caller's transaction. */
  conditionIn(tx: Transaction, selection: UploadSelection): Promise<SelectionCondition>;
  /**
   * From now on who enters and leaves the selection's groups is noted in the change log; no other group is followed.
   * Holds the groups until the transaction ends. @throws `groups.unknown_in_selection`
   */
  follow(tx: Transaction, selection: UploadSelection): Promise<void>;
}

export function createGroupSelections(context: GroupsContext): GroupSelections {
  const { clock } = context;

  function conditionOf(catalogue: GroupCatalogue, selection: UploadSelection): SelectionCondition {
    const { groupIds, excludedGroupIds } = selection;
    const now = clock.now();
    let isUnnoted = false;
    const isIn = (id: string): SqlParts => {
      const group = catalogue.byId.get(id);
      if (!group) return ['false']; // deleted: nobody is in it
      if (group.isBuiltIn && id !== ALL_SYSTEMS) isUnnoted = true;
      return presentMemberSql(catalogue, group, now);
    };
    const anyOf = (ids: readonly string[]): RawBuilder<boolean> =>
      sql<boolean>`(${sql.join(
        ids.map((id) => sqlOfParts<boolean>(isIn(id))),
        sql` or `,
      )})`;
    const parts: RawBuilder<boolean>[] = [];
    if (groupIds !== null)
      parts.push(groupIds.length === 0 ? sql<boolean>`false` : anyOf(groupIds));
    if (excludedGroupIds.length > 0) parts.push(sql<boolean>`not ${anyOf(excludedGroupIds)}`);
    return {
      condition: parts.length === 0 ? null : sql<boolean>`(${sql.join(parts, sql` and `)})`,
      isUnnoted,
    };
  }

  return {
    selecting: (selection, work) =>
      context.reading((tx, catalogue) => work(tx, conditionOf(catalogue, selection))),

    async conditionIn(tx, selection) {
      return conditionOf(await context.catalogueIn(tx), selection);
    },

    async follow(tx, { groupIds, excludedGroupIds }) {
      const catalogue = await context.catalogueIn(tx, { hold: true });
      const excluded = new Set(excludedGroupIds);
      const followed: FollowedGroup[] = [
        // A group that is both keeps its devices back.
        ...(groupIds ?? [])
          .filter((groupId) => !excluded.has(groupId))
          .map((groupId) => ({ groupId, isExcluded: false })),
        ...[...excluded].map((groupId) => ({ groupId, isExcluded: true })),
      ];
      const unknown = followed.find(({ groupId }) => !catalogue.byId.has(groupId));
      if (unknown) throw groupErrors.unknownInSelection({ groupId: unknown.groupId.slice(0, 64) });
      await writeFollowed(tx, followed);
    },
  };
}
