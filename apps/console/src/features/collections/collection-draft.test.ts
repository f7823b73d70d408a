import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  definitionOf,
  emptyDraft,
  isSameDraft,
  missingInRules,
  withRule,
} from './collection-draft.ts';

test('a new draft asks for what its rules lack, and for nothing once they have it', () => {
  const draft = withRule(emptyDraft(), 'direct');
  assert.deepEqual(missingInRules(draft), [
    'The rule “Query” has no query.',
    'The rule “Named devices” names no device.',
  ]);
  const rules = [
    { key: 0, rule: { kind: 'query', name: 'Query', query: 'OS' } },
    { key: 1, rule: { kind: 'direct', name: 'Mine', deviceIds: ['one'] } },
  ] as const;
  const whole = {
    ...draft,
    rules: rules.map(({ key, rule }) => ({
      key,
      rule: 'deviceIds' in rule ? { ...rule, deviceIds: [...rule.deviceIds] } : rule,
    })),
  };
  assert.deepEqual(missingInRules(whole), []);
  assert.equal(definitionOf(whole).rules.length, 2);
});

test('rules get names and keys of their own, also after one was taken out', () => {
  const two = withRule(emptyDraft(), 'query');
  assert.deepEqual(
    two.rules.map(({ rule }) => rule.name),
    ['Query', 'Query 2'],
  );
  const again = withRule({ ...two, rules: two.rules.slice(1) }, 'include');
  assert.equal(new Set(again.rules.map(({ key }) => key)).size, again.rules.length);
});

test('the order in which a rule was written down does not make it another', () => {
  const draft = emptyDraft();
  const [first] = draft.rules;
  assert.ok(first);
  const turned = {
    ...draft,
    rules: [{ key: 9, rule: { query: '', name: first.rule.name, kind: 'query' as const } }],
  };
  assert.ok(isSameDraft(draft, turned));
  assert.ok(!isSameDraft(draft, { ...draft, description: 'other' }));
});
