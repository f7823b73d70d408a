import type { QueryOptions } from '@moorline/codecs/odata';
import type {
  ConfigManagerCollection,
  CreateCollection,
  UpdateCollection,
} from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import { uuidv7 } from '@moorline/kernel';
import { type Actor, actorName, reachOf } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { ListPage } from '../../listing/list.ts';
import { announce } from '../../topics.ts';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { authorizeGroup } from './authorize-group.ts';
import type { GroupCatalogue } from './catalogue.ts';
import {
  createGroupsContext,
  type GroupsContext,
  type GroupsDeps,
  requireGroup,
} from './context.ts';
import { catalogueWith, definitionOf, neededSources } from './definition.ts';
import { groupErrors } from './errors.ts';
import { evaluateGroup } from './evaluate-group.ts';
import { isFollowed } from './followed.ts';
import { listGroups } from './list.ts';
import { countMembers, presentMemberSql } from './members.ts';
import { collectionOfGroup } from './present.ts';
import { createGroupQuestions, type GroupQuestions } from './questions.ts';
import { createGroupReconciler, GROUP_WORK, type GroupReconciler } from './reconcile.ts';
import { type Group, referencesOf } from './rule.ts';
import { createGroupSelections, type GroupSelections } from './selection.ts';
import {
  type GroupRow,
  nextNumber,
  nextRevision,
  noteGroupChange,
  noteSources,
  readGroup,
} from './store.ts';

/** A collection with the version that its ETag carries. */
export interface VersionedCollection {
  readonly collection: ConfigManagerCollection;
  readonly version: number;
}

/** Sets of devices by rules, kept up to date as devices change. */
export interface Groups extends GroupQuestions, GroupReconciler, GroupSelections {
  /** Needs `groups.read`. */
  list(actor: Actor, options: QueryOptions): Promise<ListPage<ConfigManagerCollection>>;
  /** Needs `groups.read`. @throws `groups.not_found` */
  get(actor: Actor, id: string): Promise<VersionedCollection>;
  /**
   * Makes a group and finds its members; both are there when it returns. Needs `groups.manage`.
   * @throws `groups.name_taken`, `groups.query_invalid`, `groups.reference_unknown`, `groups.too_costly`, …
   */
  create(actor: Actor, body: CreateCollection): Promise<VersionedCollection>;
  /**
   * Changes what is given and finds the members anew. Needs `groups.manage`.
   * @param expected the version that the caller saw; null: whichever there is
   * @throws as `create`, and `groups.changed_meanwhile`, `groups.built_in`, `groups.cycle`
   */
  update(
    actor: Actor,
    id: string,
    change: UpdateCollection,
    expected: number | null,
  ): Promise<VersionedCollection>;
  /** Needs `groups.manage`. @throws `groups.in_upload_scope`, `groups.referenced` with the names of those that name it */
  remove(actor: Actor, id: string, expected: number | null): Promise<void>;
}

const MAX_GROUPS = 5000;

export function createGroups(deps: GroupsDeps): Groups {
  const context = createGroupsContext(deps);
  const { profile, bus, clock, entropy, language } = deps;

  async function shown(
    tx: Transaction,
    catalogue: GroupCatalogue,
    row: GroupRow,
  ): Promise<ConfigManagerCollection> {
    const group = requireGroup(catalogue, row.id);
    const count = group.isBuiltIn
      ? await countMembers(tx, presentMemberSql(catalogue, group, clock.now()))
      : Number(row.member_count);
    return collectionOfGroup(row, count, profile);
  }

  async function read(
    tx: Transaction,
    catalogue: GroupCatalogue,
    id: string,
  ): Promise<VersionedCollection> {
    const row = await readGroup(tx, id);
    if (!row) throw groupErrors.notFound({ id });
    return { collection: await shown(tx, catalogue, row), version: Number(row.version) };
  }

  /** What the group reads is noted from now on, before it is evaluated for the first time. */
  async function prepare(group: Group): Promise<void> {
    const needed = await context.reading(async (_tx, catalogue) =>
      neededSources(catalogueWith(catalogue, group)),
    );
    await deps.database.transaction(profile.authorityId, (tx) => noteSources(tx, needed));
  }

  async function requireFreeName(tx: Transaction, group: Group): Promise<void> {
    const { rows } = await sql`select 1 from groups where authority_id = ${tx.authorityId}
      and name_key = lower(${group.name}) and id <> ${group.id}`.execute(sqlOf(tx));
    if (rows.length > 0) throw groupErrors.nameTaken({ name: group.name });
  }

  return {
    ...createGroupQuestions(context),
    ...createGroupReconciler(context),
    ...createGroupSelections(context),

    async list(actor, options) {
      authorize(actor, 'groups.read');
      return context.reading(async (tx, catalogue) => {
        const page = await listGroups(tx, options, reachOf(actor, 'groups.read')?.groups ?? null);
        const items: ConfigManagerCollection[] = [];
        for (const row of page.items) items.push(await shown(tx, catalogue, row));
        return { ...page, items };
      });
    },

    async get(actor, id) {
      authorizeGroup(actor, 'groups.read', id);
      return context.reading((tx, catalogue) =>
        read(tx, catalogue, requireGroup(catalogue, id).id),
      );
    },

    async create(actor, body) {
      authorize(actor, 'groups.manage');
      const definition = await definitionOf(body, language);
      const id = uuidv7(clock, entropy);
      const group: Group = { id, name: body.displayName.trim(), isBuiltIn: false, ...definition };
      await prepare(group);
      return context.holding(async (tx, catalogue) => {
        if (catalogue.byId.size >= MAX_GROUPS) throw groupErrors.tooMany({ limit: MAX_GROUPS });
        const after = catalogueWith(catalogue, group);
        await requireFreeName(tx, group);
        const at = new Date(clock.now()).toISOString();
        await sql`insert into groups (authority_id, id, number, name, description, is_built_in, limiting_id,
            rules, version, member_count, created_at, changed_at)
          values (${tx.authorityId}, ${id}, ${await nextNumber(tx)}, ${group.name},
            ${body.description ?? ''}, false, ${group.limitingId},
            ${JSON.stringify(group.rules)}::jsonb, 1, 0, ${at}, ${at})`.execute(sqlOf(tx));
        return settle(context, tx, after, group, async () => {
          const created = await read(tx, after, id);
          await audit(context, tx, actor, 'groups.create', created.collection);
          return created;
        });
      });
    },

    async update(actor, id, change, expected) {
      authorize(actor, 'groups.manage');
      const before = await this.get(actor, id);
      requireOwn(before.collection);
      const { collection } = before;
      const definition = await definitionOf(
        {
          limitingCollectionId:
            change.limitingCollectionId ?? collection.limitingCollectionId ?? '',
          rules: change.rules ?? collection.rules,
        },
        language,
      );
      const name = (change.displayName ?? collection.displayName).trim();
      const group: Group = { id, name, isBuiltIn: false, ...definition };
      await prepare(group);
      return context.holding(async (tx, catalogue) => {
        requireGroup(catalogue, id);
        const row = await readGroup(tx, id);
        // What the caller left out was read before the groups were held.
        if (!row || Number(row.version) !== (expected ?? before.version)) {
          throw groupErrors.changedMeanwhile();
        }
        const after = catalogueWith(catalogue, group);
        await requireFreeName(tx, group);
        await sql`update groups set name = ${name}, description = ${change.description ?? row.description},
            limiting_id = ${group.limitingId}, rules = ${JSON.stringify(group.rules)}::jsonb,
            version = version + 1, changed_at = ${new Date(clock.now()).toISOString()},
            checked_at = null, check_ms = null
          where authority_id = ${tx.authorityId} and id = ${id}`.execute(sqlOf(tx));
        return settle(context, tx, after, group, async () => {
          const updated = await read(tx, after, id);
          await audit(context, tx, actor, 'groups.update', updated.collection);
          return updated;
        });
      });
    },

    async remove(actor, id, expected) {
      authorize(actor, 'groups.manage');
      await context.holding(async (tx, catalogue) => {
        const group = requireGroup(catalogue, id);
        const { collection, version } = await read(tx, catalogue, id);
        requireOwn(collection);
        if (expected !== null && expected !== version) throw groupErrors.changedMeanwhile();
        const by = catalogue.ordered.filter((other) => referencesOf(other).includes(id));
        if (by.length > 0) {
          const names = by.slice(0, 10).map((other) => other.name);
          throw groupErrors.referenced({ name: group.name, by: names.join(', ') });
        }
        if (await isFollowed(tx, id)) throw groupErrors.followed({ name: group.name });
        const db = sqlOf(tx);
        await sql`delete from group_members
          where authority_id = ${tx.authorityId} and group_id = ${id}`.execute(db);
        await sql`delete from groups
          where authority_id = ${tx.authorityId} and id = ${id}`.execute(db);
        await nextRevision(tx);
        announce(bus, tx, 'collection', [id], { uploadable: false });
        await audit(context, tx, actor, 'groups.delete', collection);
      });
    },
  };
}

function requireOwn(collection: ConfigManagerCollection): void {
  if (collection.isBuiltIn) throw groupErrors.builtIn({ name: collection.displayName });
}

/** Finds the members of a group that is new or other than before, and lets those that name it follow. */
async function settle<T>(
  { bus, clock }: GroupsContext,
  tx: Transaction,
  catalogue: GroupCatalogue,
  group: Group,
  then: () => Promise<T>,
): Promise<T> {
  await nextRevision(tx);
  const { entered, left, isNoted } = await evaluateGroup(tx, catalogue, group, clock.now());
  const isNamed = catalogue.ordered.some((other) => referencesOf(other).includes(group.id));
  if (isNamed) await noteGroupChange(tx, group.id, [...entered, ...left]);
  announce(bus, tx, 'collection', [group.id], { uploadable: isNoted });
  tx.afterCommit(() => bus.publish(GROUP_WORK, undefined));
  return then();
}

function audit(
  { clock }: GroupsContext,
  tx: Transaction,
  actor: Actor,
  activity: string,
  collection: ConfigManagerCollection,
): Promise<void> {
  const { id, displayName, limitingCollectionId, memberCount, rules } = collection;
  return recordAudit(tx, {
    activity,
    actor: actorName(actor),
    target: id,
    result: 'success',
    details: {
      displayName,
      limitingCollectionId,
      memberCount,
      rules: rules.map((rule) =>
        rule.kind === 'direct'
          ? { kind: rule.kind, name: rule.name, devices: rule.deviceIds.length }
          : { ...rule },
      ),
    },
    at: clock.now(),
  });
}
