import type { DeviceFacts } from '@moorline/query';
import type { GroupCatalogue, ReadyGroup } from './catalogue.ts';
import type { GroupRule } from './rule.ts';

/** Answers whether the device is in the group, from its facts and from what is known of the groups it names. */
export function isMember(
  group: ReadyGroup,
  facts: DeviceFacts,
  nowMs: number,
  isIn: (groupId: string) => boolean,
): boolean {
  if (group.limitingId !== null && !isIn(group.limitingId)) return false;
  const { rules } = group;
  if (rules.some((rule) => rule.kind === 'exclude' && isIn(rule.groupId))) return false;
  return (
    group.directIds.has(facts.deviceId) ||
    rules.some((rule) => rule.kind === 'include' && isIn(rule.groupId)) ||
    group.queries.some((query) => query.matches(facts, nowMs))
  );
}

/** Membership in groups whose members are not stored, from the facts; in the others as `stored` says. */
export function membershipOf(
  catalogue: GroupCatalogue,
  facts: DeviceFacts,
  nowMs: number,
  stored: ReadonlySet<string>,
): (groupId: string) => boolean {
  const known = new Map<string, boolean>();
  const isIn = (groupId: string): boolean => {
    const group = catalogue.byId.get(groupId);
    if (!group?.isBuiltIn) return stored.has(groupId);
    let answer = known.get(groupId);
    if (answer === undefined) {
      answer = isMember(group, facts, nowMs, isIn);
      known.set(groupId, answer);
    }
    return answer;
  };
  return isIn;
}

/** What one rule says of a device, and by which rows. */
export interface RuleReason {
  readonly rule: GroupRule;
  readonly applies: boolean;
  /** Class and numbers of the rows that a query found; empty for other rules. */
  readonly rows: readonly number[];
}

/** Why the device is a member, or is not. */
export interface MembershipReasons {
  readonly isMember: boolean;
  /** Null: there is no limit. */
  readonly isInLimit: boolean | null;
  readonly rules: readonly RuleReason[];
}

const ROWS_SHOWN = 5;

export function reasonsOf(
  group: ReadyGroup,
  facts: DeviceFacts,
  nowMs: number,
  isIn: (groupId: string) => boolean,
): MembershipReasons {
  let query = 0;
  const rules = group.rules.map((rule): RuleReason => {
    switch (rule.kind) {
      case 'direct':
        return { rule, applies: rule.deviceIds.includes(facts.deviceId), rows: [] };
      case 'query': {
        const rows = group.queries[query++]?.matchingRows(facts, nowMs, ROWS_SHOWN) ?? [];
        return { rule, applies: rows.length > 0, rows };
      }
      default:
        return { rule, applies: isIn(rule.groupId), rows: [] };
    }
  });
  return {
    isMember: isMember(group, facts, nowMs, isIn),
    isInLimit: group.limitingId === null ? null : isIn(group.limitingId),
    rules,
  };
}
