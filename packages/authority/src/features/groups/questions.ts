import type {
  CollectionDefinition,
  CollectionSample,
  CollectionWhatIf,
  MembershipExplanation,
  QueryCheck,
  QueryCompletionAnswer,
} from '@moorline/contracts/admin';
import { isUuid } from '@moorline/kernel';
import { type Actor, type Permission, reachOf } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import type { DeviceFacts, QueryClass } from '@moorline/query';
import { authorize, authorizeDevice, authorizeEverywhere } from '../access/index.ts';
import { deviceErrors, requireDevice } from '../devices/index.ts';
import { authorizeGroup } from './authorize-group.ts';
import type { GroupCatalogue, ReadyGroup } from './catalogue.ts';
import { type GroupsContext, requireGroup } from './context.ts';
import { catalogueWith, definitionOf } from './definition.ts';
import { groupErrors } from './errors.ts';
import { memberSql } from './evaluate-group.ts';
import {
  countMembers,
  differenceSql,
  type MemberPage,
  presentMemberSql,
  readMembers,
  sampleOf,
} from './members.ts';
import { type MembershipReasons, membershipOf, reasonsOf } from './membership.ts';
import { QUERY_CLASSES } from './query-classes.ts';
import type { Group } from './rule.ts';
import { readFacts, readMemberships } from './store.ts';

/** What may be asked about groups; nothing is changed by it. */
export interface GroupQuestions {
  /** Needs `groups.read` and `devices.read`. @throws `groups.not_found`, `odata.skiptoken_invalid` */
  members(
    actor: Actor,
    id: string,
    page: { readonly top: number; readonly skipToken: string | null },
  ): Promise<MemberPage>;
  /** Groups that the device is in, by name. Needs both too. @throws `devices.not_found` */
  groupsOf(actor: Actor, deviceId: string): Promise<readonly { id: string; displayName: string }[]>;
  /** Why the device is in the group, or not. Needs `groups.read` and `inventory.read`. */
  why(actor: Actor, id: string, deviceId: string): Promise<MembershipExplanation>;
  /** Who would be a member. Needs `groups.manage` and `inventory.read`. @throws as `create` */
  preview(actor: Actor, body: CollectionDefinition): Promise<CollectionSample>;
  /** Who would enter and leave. Needs `groups.manage` and `inventory.read`. @throws as `update` */
  whatIf(actor: Actor, id: string, body: CollectionDefinition): Promise<CollectionWhatIf>;
  /** What is wrong with a query. Needs `groups.read`. @throws `query.*` */
  checkQuery(actor: Actor, query: string): Promise<QueryCheck>;
  /** Needs `groups.read`. @throws `query.*` */
  completeQuery(actor: Actor, query: string, position: number): Promise<QueryCompletionAnswer>;
  /** Classes that queries may name. Needs `groups.read`. */
  queryClasses(actor: Actor): readonly QueryClass[];
}

const NEW_GROUP = '00000000-0000-8000-8000-000000000000';

export function createGroupQuestions(context: GroupsContext): GroupQuestions {
  const { clock, language } = context;

  return {
    async members(actor, id, page) {
      authorizeGroup(actor, 'groups.read', id);
      authorizeGroup(actor, 'devices.read', id);
      return context.reading((tx, catalogue) => {
        const group = requireGroup(catalogue, id);
        return readMembers(tx, presentMemberSql(catalogue, group, clock.now()), page);
      });
    },

    async groupsOf(actor, deviceId) {
      authorize(actor, 'groups.read');
      return context.reading(async (tx, catalogue) => {
        await authorizeMember(tx, actor, 'devices.read', deviceId);
        const { facts, stored } = await deviceOf(tx, deviceId, new Set());
        const isIn = membershipOf(catalogue, facts, clock.now(), stored);
        const shown = reachOf(actor, 'groups.read')?.groups ?? null;
        return catalogue.ordered
          .filter(({ id }) => isIn(id) && (shown === null || shown.includes(id)))
          .map(({ id, name }) => ({ id, displayName: name }))
          .sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
      });
    },

    async why(actor, id, deviceId) {
      authorizeGroup(actor, 'groups.read', id);
      return context.reading(async (tx, catalogue) => {
        await authorizeMember(tx, actor, 'inventory.read', deviceId);
        const group = requireGroup(catalogue, id);
        const { facts, stored } = await deviceOf(tx, deviceId, group.classes);
        const isIn = membershipOf(catalogue, facts, clock.now(), stored);
        const reasons = reasonsOf(group, facts, clock.now(), isIn);
        return explained(catalogue, group, facts, reasons);
      });
    },

    async preview(actor, body) {
      authorize(actor, 'groups.manage');
      authorizeEverywhere(actor, 'inventory.read');
      const definition = await definitionOf(body, language);
      return context.reading(async (tx, catalogue) => {
        const group: Group = { id: NEW_GROUP, name: 'this one', isBuiltIn: false, ...definition };
        catalogueWith(catalogue, group);
        return sampleOf(tx, memberSql(catalogue, definition, clock.now()));
      });
    },

    async whatIf(actor, id, body) {
      authorize(actor, 'groups.manage');
      authorizeEverywhere(actor, 'inventory.read');
      const definition = await definitionOf(body, language);
      return context.reading(async (tx, catalogue) => {
        const group = requireGroup(catalogue, id);
        if (group.isBuiltIn) throw groupErrors.builtIn({ name: group.name });
        catalogueWith(catalogue, { ...group, ...definition });
        const { entering, leaving } = differenceSql(catalogue, group, definition, clock.now());
        return {
          memberCount: await countMembers(tx, presentMemberSql(catalogue, group, clock.now())),
          entering: await sampleOf(tx, entering),
          leaving: await sampleOf(tx, leaving),
        };
      });
    },

    async checkQuery(actor, query) {
      authorize(actor, 'groups.read');
      const { problems } = await language.check(query);
      return {
        problems: problems.map(({ message, start, length }) => ({ message, start, length })),
      };
    },

    async completeQuery(actor, query, position) {
      authorize(actor, 'groups.read');
      const { start, length, items } = await language.complete(query, position);
      return { start, length, items: [...items] };
    },

    queryClasses(actor) {
      authorize(actor, 'groups.read');
      return QUERY_CLASSES;
    },
  };
}

/** @throws `access.denied`, `devices.not_found` */
async function authorizeMember(
  tx: Transaction,
  actor: Actor,
  permission: Permission,
  deviceId: string,
): Promise<void> {
  const device = await requireDevice(tx, deviceId);
  await authorizeDevice(tx, actor, permission, device, () =>
    deviceErrors.notFound({ id: deviceId.slice(0, 64) }),
  );
}

/** @throws `devices.not_found` */
async function deviceOf(
  tx: Transaction,
  deviceId: string,
  classes: ReadonlySet<string>,
): Promise<{ facts: DeviceFacts; stored: ReadonlySet<string> }> {
  const known = isUuid(deviceId) ? await readFacts(tx, [deviceId], classes) : undefined;
  const facts = known?.get(deviceId);
  if (!facts) throw deviceErrors.notFound({ id: deviceId.slice(0, 64) });
  const memberships = await readMemberships(tx, [deviceId]);
  return { facts, stored: memberships.get(deviceId) ?? new Set() };
}

function explained(
  catalogue: GroupCatalogue,
  group: ReadyGroup,
  facts: DeviceFacts,
  reasons: MembershipReasons,
): MembershipExplanation {
  return {
    deviceId: facts.deviceId,
    collectionId: group.id,
    isMember: reasons.isMember,
    reason: sentenceOf(catalogue, group, reasons),
    limitingCollectionId: group.limitingId,
    isInLimitingCollection: reasons.isInLimit,
    rules: reasons.rules.map(({ rule, applies, rows }) => {
      const className = rule.kind === 'query' ? rule.plan.className : null;
      const table = className === null ? null : facts.table(className);
      return {
        kind: rule.kind,
        name: rule.name,
        applies,
        className,
        rows: table ? rows.map((row) => ({ ...table.row(row) })) : [],
      };
    }),
  };
}

function sentenceOf(
  catalogue: GroupCatalogue,
  group: ReadyGroup,
  { isMember, isInLimit, rules }: MembershipReasons,
): string {
  const nameOf = (id: string | null): string => catalogue.byId.get(id ?? '')?.name ?? '';
  if (isInLimit === false) {
    return `Not a member: the device is not in the limiting collection "${nameOf(group.limitingId)}".`;
  }
  const excluding = rules.find(({ rule, applies }) => rule.kind === 'exclude' && applies);
  if (excluding) return `Not a member: the rule "${excluding.rule.name}" excludes the device.`;
  const including = rules.filter(({ rule, applies }) => rule.kind !== 'exclude' && applies);
  if (!isMember) return 'Not a member: no rule of the collection takes the device in.';
  const names = including.map(({ rule }) => `"${rule.name}"`).join(', ');
  return `A member by ${including.length === 1 ? 'the rule' : 'the rules'} ${names}.`;
}
