import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { DeleteRegular, DismissRegular } from '@fluentui/react-icons';
import type { CollectionRule } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatNumber } from '../../ui/format.ts';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { deviceNamesQuery } from '../devices/device-queries.ts';
import { RULE_KINDS } from './collection-draft.ts';
import { collectionNamesQuery } from './collection-queries.ts';
import { CollectionPicker, DevicePicker } from './pickers.tsx';
import { QueryEditor } from './query-editor.tsx';

/** Devices of a rule that are shown at once. */
const SHOWN = 50;

const useStyles = makeStyles({
  fields: { display: 'grid', gap: tokens.spacingVerticalM, gridTemplateColumns: 'minmax(0, 1fr)' },
  short: { maxWidth: '420px' },
  devices: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
  },
  device: {
    display: 'flex',
    alignItems: 'center',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    paddingLeft: tokens.spacingHorizontalS,
    minHeight: '28px',
    maxWidth: '100%',
    overflowWrap: 'anywhere',
  },
  plain: { paddingRight: tokens.spacingHorizontalS },
});

interface RuleCardProps {
  readonly rule: CollectionRule;
  /** The collection itself: it cannot be named by its own rules. */
  readonly collectionId: string | undefined;
  readonly readOnly: boolean;
  readonly onChange: (rule: CollectionRule) => void;
  readonly onRemove: () => void;
}

/** One rule: to be read, or to be changed. */
export function RuleCard(props: RuleCardProps) {
  const styles = useStyles();
  const { rule, readOnly, onChange, onRemove } = props;
  return (
    <Section
      title={visibleText(rule.name) || 'Rule without a name'}
      aside={
        readOnly ? (
          RULE_KINDS[rule.kind]
        ) : (
          <Button
            size="small"
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove the rule ${visibleText(rule.name)}`}
            onClick={onRemove}
          >
            Remove
          </Button>
        )
      }
    >
      <div className={styles.fields}>
        {readOnly ? null : (
          <Field className={styles.short} label="Name of the rule" required>
            <Input
              value={rule.name}
              maxLength={256}
              onChange={(_, data) => onChange({ ...rule, name: data.value })}
            />
          </Field>
        )}
        <RuleContent {...props} />
      </div>
    </Section>
  );
}

function RuleContent({ rule, collectionId, readOnly, onChange }: RuleCardProps) {
  const styles = useStyles();
  if (rule.kind === 'query') {
    return (
      <QueryEditor
        label="Query"
        value={rule.query}
        readOnly={readOnly}
        onChange={(query) => onChange({ ...rule, query })}
      />
    );
  }
  if (rule.kind === 'direct') {
    return (
      <NamedDevices
        ids={rule.deviceIds}
        readOnly={readOnly}
        onChange={(deviceIds) => onChange({ ...rule, deviceIds: [...deviceIds] })}
      />
    );
  }
  const text =
    rule.kind === 'include'
      ? 'Its members are taken in.'
      : 'Its members are kept out, whatever other rules say.';
  if (readOnly) {
    return (
      <Text>
        <CollectionLink id={rule.collectionId} /> {text}
      </Text>
    );
  }
  return (
    <div className={styles.short}>
      <CollectionPicker
        label="Collection"
        hint={text}
        chosen={rule.collectionId}
        except={collectionId}
        onPick={(chosen) => onChange({ ...rule, collectionId: chosen })}
      />
    </div>
  );
}

export function CollectionLink({ id }: { id: string }) {
  const names = useQuery(collectionNamesQuery([id]));
  return (
    <TextLink to="/collections/$collectionId" params={{ collectionId: id }}>
      <Reported text={names.data?.get(id) ?? id} />
    </TextLink>
  );
}

function NamedDevices({
  ids,
  readOnly,
  onChange,
}: {
  ids: readonly string[];
  readOnly: boolean;
  onChange: (ids: readonly string[]) => void;
}) {
  const styles = useStyles();
  const [shown, setShown] = useState(SHOWN);
  const visible = ids.slice(0, shown);
  const names = useQuery(deviceNamesQuery(visible));
  return (
    <>
      {readOnly ? null : (
        <div className={styles.short}>
          <DevicePicker
            label="Add a device"
            hint="Type how its name begins."
            onPick={(id) => ids.includes(id) || onChange([id, ...ids])}
          />
        </div>
      )}
      <ul className={styles.devices} aria-label="Devices of the rule">
        {visible.map((id) => {
          const name = names.data?.get(id) ?? id;
          return (
            <li key={id} className={styles.device}>
              <span className={readOnly ? styles.plain : undefined}>
                <TextLink to="/devices/$deviceId" params={{ deviceId: id }}>
                  <Reported text={name} />
                </TextLink>
              </span>
              {readOnly ? null : (
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<DismissRegular />}
                  aria-label={`Take out ${visibleText(name)}`}
                  onClick={() => onChange(ids.filter((each) => each !== id))}
                />
              )}
            </li>
          );
        })}
      </ul>
      {ids.length > shown ? (
        <div>
          <Button size="small" onClick={() => setShown(shown + SHOWN)}>
            Show more of {formatNumber(ids.length)} devices
          </Button>
        </div>
      ) : null}
    </>
  );
}
