import type {
  CollectionDefinition,
  CollectionRule,
  ConfigManagerCollection,
} from '@moorline/contracts/admin';

/** Every authority has it, with this id. */
const ALL_SYSTEMS = '00000000-0000-8000-8000-000000000001';

/** A rule while it is edited; `key` stays the same as its name and place change. */
export interface DraftRule {
  readonly key: number;
  readonly rule: CollectionRule;
}

/** A collection as it is being edited. */
export interface CollectionDraft {
  readonly displayName: string;
  readonly description: string;
  /** Null of All Systems alone. */
  readonly limitingCollectionId: string | null;
  readonly rules: readonly DraftRule[];
}

export const RULE_KINDS = {
  query: 'Query',
  direct: 'Named devices',
  include: 'Include a collection',
  exclude: 'Exclude a collection',
} as const;
export type RuleKind = keyof typeof RULE_KINDS;

export function draftOf(collection: ConfigManagerCollection): CollectionDraft {
  return {
    displayName: collection.displayName,
    description: collection.description,
    limitingCollectionId: collection.limitingCollectionId,
    rules: collection.rules.map((rule, key) => ({ key, rule })),
  };
}

export function emptyDraft(): CollectionDraft {
  return withRule(
    { displayName: '', description: '', limitingCollectionId: ALL_SYSTEMS, rules: [] },
    'query',
  );
}

/** The draft with a new rule at its end. */
export function withRule(draft: CollectionDraft, kind: RuleKind): CollectionDraft {
  const key = Math.max(-1, ...draft.rules.map((each) => each.key)) + 1;
  const place = draft.rules.filter(({ rule }) => rule.kind === kind).length + 1;
  const name = place === 1 ? RULE_KINDS[kind] : `${RULE_KINDS[kind]} ${place}`;
  return { ...draft, rules: [...draft.rules, { key, rule: emptyRule(kind, name) }] };
}

function emptyRule(kind: RuleKind, name: string): CollectionRule {
  switch (kind) {
    case 'query':
      return { kind, name, query: '' };
    case 'direct':
      return { kind, name, deviceIds: [] };
    default:
      return { kind, name, collectionId: '' };
  }
}

/** The draft as the API takes it. */
export function definitionOf(draft: CollectionDraft): CollectionDefinition {
  return {
    limitingCollectionId: draft.limitingCollectionId ?? '',
    rules: draft.rules.map(({ rule }) => rule),
  };
}

/** What is missing before anything can be asked about the draft's rules, in sentences. */
export function missingInRules(draft: CollectionDraft): readonly string[] {
  const missing: string[] = [];
  if (!draft.limitingCollectionId) missing.push('Choose a limiting collection.');
  for (const { rule } of draft.rules) {
    const named = rule.name.trim() === '' ? 'A rule without a name' : `The rule “${rule.name}”`;
    if (rule.name.trim() === '') missing.push('Give every rule a name.');
    if (rule.kind === 'query' && rule.query.trim() === '') missing.push(`${named} has no query.`);
    if (rule.kind === 'direct' && rule.deviceIds.length === 0) {
      missing.push(`${named} names no device.`);
    }
    if ('collectionId' in rule && rule.collectionId === '') {
      missing.push(`${named} names no collection.`);
    }
  }
  return missing;
}

/** True when both say the same of the collection. */
export function isSameDraft(one: CollectionDraft, other: CollectionDraft): boolean {
  return wholeOf(one) === wholeOf(other);
}

function wholeOf(draft: CollectionDraft): string {
  return JSON.stringify([draft.displayName, draft.description, rulesText(draft)]);
}

/** A text that is the same for the same limit and rules. */
export function rulesText(draft: CollectionDraft): string {
  const rules = draft.rules.map(({ rule }) =>
    Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return JSON.stringify([draft.limitingCollectionId, rules]);
}
