import { type CompiledQuery, classesOf, compileQuery, timeTermsOf } from '@moorline/query';
import { groupErrors } from './errors.ts';
import { type Group, referencesOf } from './rule.ts';
import { SOURCE } from './tables.ts';

/** A group with its queries made ready. */
export interface ReadyGroup extends Group {
  /** In the order of the rules that are queries. */
  readonly queries: readonly CompiledQuery[];
  readonly directIds: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
  readonly isTimed: boolean;
}

/** What a change makes worth evaluating, each group after those that it names. */
export interface Affected {
  readonly groups: readonly ReadyGroup[];
  /** Ids of those that the change itself concerns; the others only follow when one that they name has changed. */
  readonly direct: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
}

/** Every group of an authority, and which of them reads what. */
export interface GroupCatalogue {
  readonly byId: ReadonlyMap<string, ReadyGroup>;
  /** Each after those that it names. */
  readonly ordered: readonly ReadyGroup[];
  /** Sources of changes that some rule reads. */
  readonly sources: ReadonlySet<string>;
  affectedBy(sources: readonly string[]): Affected;
}

export function readyGroup(group: Group): ReadyGroup {
  const plans = group.rules.flatMap((rule) => (rule.kind === 'query' ? [rule.plan] : []));
  return {
    ...group,
    queries: plans.map(compileQuery),
    directIds: new Set(
      group.rules.flatMap((rule) => (rule.kind === 'direct' ? rule.deviceIds : [])),
    ),
    classes: new Set(plans.flatMap((plan) => [...classesOf(plan)])),
    isTimed: plans.some((plan) => timeTermsOf(plan).length > 0),
  };
}

/** @throws `groups.cycle` with its path */
export function createCatalogue(groups: readonly Group[]): GroupCatalogue {
  const byId = new Map(groups.map((group) => [group.id, readyGroup(group)]));
  const ordered = inOrder(byId);
  const readers = new Map<string, Set<string>>();
  const dependents = new Map<string, Set<string>>();
  const note = (map: Map<string, Set<string>>, key: string, id: string): void => {
    const ids = map.get(key) ?? new Set();
    map.set(key, ids.add(id));
  };
  for (const group of ordered) {
    note(readers, SOURCE.everything, group.id);
    for (const className of group.classes) note(readers, className, group.id);
    if (group.isTimed) note(readers, SOURCE.time, group.id);
    for (const id of referencesOf(group)) {
      note(dependents, id, group.id);
      note(readers, SOURCE.group + id, group.id);
    }
  }
  // All devices are members of the first of all groups, whatever their rows say.
  for (const group of ordered) {
    if (group.isBuiltIn && group.limitingId === null)
      readers.get('ManagedDevice')?.delete(group.id);
  }
  const known = new Map<string, Affected>();

  function affectedBy(sources: readonly string[]): Affected {
    const key = [...new Set(sources)].sort().join('\n');
    let affected = known.get(key);
    if (affected) return affected;
    const direct = new Set(sources.flatMap((source) => [...(readers.get(source) ?? [])]));
    const reached = new Set(direct);
    for (const id of reached) for (const other of dependents.get(id) ?? []) reached.add(other);
    const reachedGroups = ordered.filter(({ id }) => reached.has(id));
    // An evaluation asks for the membership in what a rule names: of built-in groups it is not stored.
    const named = new Set(reachedGroups.flatMap(referencesOf));
    const asked = [...named].flatMap((id) => byId.get(id) ?? []).filter((group) => group.isBuiltIn);
    const classes = new Set([...reachedGroups, ...asked].flatMap((group) => [...group.classes]));
    affected = { groups: reachedGroups, direct, classes };
    if (known.size > 1000) known.clear();
    known.set(key, affected);
    return affected;
  }

  return {
    byId,
    ordered,
    sources: new Set([...readers.keys()].filter((key) => !key.startsWith(SOURCE.group))),
    affectedBy,
  };
}

function inOrder(byId: ReadonlyMap<string, ReadyGroup>): ReadyGroup[] {
  const ordered: ReadyGroup[] = [];
  const done = new Set<string>();
  const path: ReadyGroup[] = [];
  const visit = (group: ReadyGroup): void => {
    if (done.has(group.id)) return;
    const start = path.indexOf(group);
    if (start >= 0) {
      const names = [...path.slice(start), group].map(({ name }) => name);
      throw groupErrors.cycle({ path: names.join(' → ') });
    }
    path.push(group);
    for (const id of referencesOf(group)) {
      const named = byId.get(id);
      if (!named) throw groupErrors.referenceUnknown({ id });
      visit(named);
    }
    path.pop();
    done.add(group.id);
    ordered.push(group);
  };
  for (const group of byId.values()) visit(group);
  return ordered;
}
