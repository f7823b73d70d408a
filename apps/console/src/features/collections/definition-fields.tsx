import {
  Button,
  Field,
  Input,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { Section } from '../../ui/section.tsx';
import { type CollectionDraft, RULE_KINDS, type RuleKind, withRule } from './collection-draft.ts';
import { CollectionPicker } from './pickers.tsx';
import { CollectionLink, RuleCard } from './rule-card.tsx';

const KINDS: readonly RuleKind[] = ['query', 'direct', 'include', 'exclude'];

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 280px), 1fr))',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
    maxWidth: '900px',
  },
});

/** What makes a collection: its name, its limit and its rules. */
export function DefinitionFields({
  draft,
  collectionId,
  readOnly,
  onChange,
}: {
  draft: CollectionDraft;
  collectionId: string | undefined;
  readOnly: boolean;
  onChange: (draft: CollectionDraft) => void;
}) {
  const styles = useStyles();
  const { limitingCollectionId: limit } = draft;
  return (
    <>
      {readOnly ? (
        <Section title="Limiting collection">
          {limit === null ? (
            <Text>Nothing: every device may be in it.</Text>
          ) : (
            <Text>
              Only members of <CollectionLink id={limit} /> may be in it.
            </Text>
          )}
        </Section>
      ) : (
        <Section title="Collection">
          <div className={styles.fields}>
            <Field label="Name" required>
              <Input
                value={draft.displayName}
                maxLength={256}
                onChange={(_, data) => onChange({ ...draft, displayName: data.value })}
              />
            </Field>
            <Field label="Description">
              <Input
                value={draft.description}
                maxLength={1_024}
                onChange={(_, data) => onChange({ ...draft, description: data.value })}
              />
            </Field>
            <CollectionPicker
              label="Limiting collection"
              hint="Only its members may be in this one."
              chosen={limit ?? ''}
              except={collectionId}
              onPick={(chosen) => onChange({ ...draft, limitingCollectionId: chosen })}
            />
          </div>
        </Section>
      )}
      {draft.rules.map(({ key, rule }) => (
        <RuleCard
          key={key}
          rule={rule}
          collectionId={collectionId}
          readOnly={readOnly}
          onChange={(next) =>
            onChange({
              ...draft,
              rules: draft.rules.map((each) => (each.key === key ? { key, rule: next } : each)),
            })
          }
          onRemove={() =>
            onChange({ ...draft, rules: draft.rules.filter((each) => each.key !== key) })
          }
        />
      ))}
      {draft.rules.length === 0 ? <Text>No rules: no device is a member.</Text> : null}
      {readOnly ? null : (
        <div>
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <Button icon={<AddRegular />} disabled={draft.rules.length >= 50}>
                Add a rule
              </Button>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                {KINDS.map((kind) => (
                  <MenuItem key={kind} onClick={() => onChange(withRule(draft, kind))}>
                    {RULE_KINDS[kind]}
                  </MenuItem>
                ))}
              </MenuList>
            </MenuPopover>
          </Menu>
        </div>
      )}
    </>
  );
}
