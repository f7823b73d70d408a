import type { CollectionRule, ConfigManagerCollection } from '@moorline/contracts/admin';
import { rfc3339 } from '@moorline/kernel';
import type { Profile } from '../../profile.ts';
import { identifierOf } from './built-in.ts';
import type { GroupRule } from './rule.ts';
import type { GroupRow } from './store.ts';

/** The group as Graph's configManagerCollection. */
export function collectionOfGroup(
  row: GroupRow,
  memberCount: number,
  profile: Profile,
): ConfigManagerCollection {
  return {
    id: row.id,
    collectionIdentifier: identifierOf(row.number),
    displayName: row.name,
    hierarchyIdentifier: profile.authorityId,
    hierarchyName: profile.name,
    createdDateTime: rfc3339(row.created_at.getTime()),
    lastModifiedDateTime: rfc3339(row.changed_at.getTime()),
    description: row.description,
    isBuiltIn: row.is_built_in,
    limitingCollectionId: row.limiting_id,
    memberCount,
    rules: row.rules.map(ruleAsShown),
    lastCheckDateTime: row.checked_at === null ? null : rfc3339(row.checked_at.getTime()),
    lastCheckMilliseconds: row.check_ms,
  };
}

function ruleAsShown(rule: GroupRule): CollectionRule {
  const { name } = rule;
  switch (rule.kind) {
    case 'direct':
      return { kind: 'direct', name, deviceIds: [...rule.deviceIds] };
    case 'query':
      return { kind: 'query', name, query: rule.query };
    default:
      return { kind: rule.kind, name, collectionId: rule.groupId };
  }
}
