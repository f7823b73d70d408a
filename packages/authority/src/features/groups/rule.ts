import type { QueryPlan } from '@moorline/query';

/** How devices come into a group, or are kept out of it. */
export type GroupRule =
  | { readonly kind: 'direct'; readonly name: string; readonly deviceIds: readonly string[] }
  | {
      readonly kind: 'query';
      readonly name: string;
      readonly query: string;
      readonly plan: QueryPlan;
    }
  | { readonly kind: 'include' | 'exclude'; readonly name: string; readonly groupId: string };

/** What decides who is a member: of the limiting group, in by one rule at least, kept out by none. */
export interface GroupDefinition {
  /** Null: every device may be in; built-in groups alone have none. */
  readonly limitingId: string | null;
  readonly rules: readonly GroupRule[];
}

export interface Group extends GroupDefinition {
  readonly id: string;
  readonly name: string;
  /** Of built-in groups the members are not stored: they follow from the devices' own rows. */
  readonly isBuiltIn: boolean;
}

/** Groups that the definition names. */
export function referencesOf(definition: GroupDefinition): readonly string[] {
  const ids = definition.rules.flatMap((rule) => ('groupId' in rule ? [rule.groupId] : []));
  return definition.limitingId === null ? ids : [definition.limitingId, ...ids];
}
