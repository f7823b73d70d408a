import type { CollectionDefinition, CollectionRule } from '@moorline/contracts/admin';
import { isUuid } from '@moorline/kernel';
import type { QueryLanguage } from '@moorline/query-language';
import { deviceErrors } from '../devices/index.ts';
import { createCatalogue, type GroupCatalogue } from './catalogue.ts';
import { groupErrors } from './errors.ts';
import { type Group, type GroupDefinition, type GroupRule, referencesOf } from './rule.ts';
import { SOURCE } from './tables.ts';

/**
 * The definition as it is stored, its queries checked.
 * @throws `groups.query_invalid`, `groups.reference_unknown`, `devices.not_found` for what is no id, `query.*`
 */
export async function definitionOf(
  body: CollectionDefinition,
  language: QueryLanguage,
): Promise<GroupDefinition> {
  const rules: GroupRule[] = [];
  for (const rule of body.rules) rules.push(await ruleOf(rule, language));
  return { limitingId: idOf(body.limitingCollectionId), rules };
}

async function ruleOf(rule: CollectionRule, language: QueryLanguage): Promise<GroupRule> {
  const { name } = rule;
  switch (rule.kind) {
    case 'direct':
      for (const id of rule.deviceIds) {
        if (!isUuid(id)) throw deviceErrors.notFound({ id });
      }
      return { kind: 'direct', name, deviceIds: [...new Set(rule.deviceIds)] };
    case 'query': {
      const { plan, problems } = await language.check(rule.query);
      if (plan) return { kind: 'query', name, query: rule.query, plan };
      const [first] = problems;
      throw groupErrors.queryInvalid({
        rule: name,
        position: (first?.start ?? 0) + 1,
        problem: first?.message ?? 'it is not a query.',
      });
    }
    default:
      return { kind: rule.kind, name, groupId: idOf(rule.collectionId) };
  }
}

function idOf(id: string): string {
  if (!isUuid(id)) throw groupErrors.referenceUnknown({ id });
  return id;
}

/** The groups as they would be with this one in them. @throws `groups.cycle`, `groups.reference_unknown` */
export function catalogueWith(catalogue: GroupCatalogue, group: Group): GroupCatalogue {
  const others = catalogue.ordered.filter(({ id }) => id !== group.id);
  return createCatalogue([...others, group]);
}

/** What has to be noted when it changes, for the groups that administrators made. */
export function neededSources(catalogue: GroupCatalogue): ReadonlySet<string> {
  const needed = new Set<string>();
  const reached = new Set(catalogue.ordered.filter(({ isBuiltIn }) => !isBuiltIn));
  for (const group of reached) {
    needed.add(SOURCE.everything);
    const isEverybody = group.isBuiltIn && group.limitingId === null;
    if (!isEverybody) for (const className of group.classes) needed.add(className);
    for (const id of referencesOf(group)) {
      const named = catalogue.byId.get(id);
      if (named) reached.add(named);
    }
  }
  return needed;
}
