import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Reported } from '../../../ui/reported.tsx';
import { collectionNamesQuery } from '../../collections/collection-queries.ts';
import { CollectionPicker } from '../../collections/pickers.tsx';
import { MOST_COLLECTIONS } from './upload-form.ts';

const useStyles = makeStyles({
  field: { display: 'grid', gap: tokens.spacingVerticalXS, maxWidth: '480px' },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXS,
  },
  item: {
    display: 'inline-flex',
    alignItems: 'center',
    minWidth: 0,
    paddingLeft: tokens.spacingHorizontalS,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    overflowWrap: 'anywhere',
  },
  wrong: { color: tokens.colorStatusDangerForeground1 },
});

/** Some collections, chosen one after another. */
export function CollectionListField({
  label,
  hint,
  ids,
  problem,
  readOnly,
  onChange,
}: {
  label: string;
  hint: string;
  ids: readonly string[];
  problem?: string | undefined;
  readOnly: boolean;
  onChange: (ids: readonly string[]) => void;
}) {
  const styles = useStyles();
  const names = useQuery(collectionNamesQuery(ids));
  const nameOf = (id: string): string => names.data?.get(id) ?? id;
  return (
    <div className={styles.field}>
      {readOnly ? (
        <Text weight="semibold">{label}</Text>
      ) : (
        // A new one for each choice: what was typed for the last is gone.
        <CollectionPicker
          key={ids.join()}
          label={label}
          hint={hint}
          chosen=""
          onPick={(id) => {
            if (!ids.includes(id) && ids.length < MOST_COLLECTIONS) onChange([...ids, id]);
          }}
        />
      )}
      {ids.length > 0 ? (
        <ul className={styles.list} aria-label={label}>
          {ids.map((id) => (
            <li key={id} className={styles.item}>
              <Reported text={nameOf(id)} />
              {readOnly ? null : (
                <Button
                  appearance="transparent"
                  size="small"
                  icon={<DismissRegular />}
                  aria-label={`Take out ${nameOf(id)}`}
                  onClick={() => onChange(ids.filter((each) => each !== id))}
                />
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {readOnly && ids.length === 0 ? <Text>None.</Text> : null}
      {problem === undefined ? null : (
        <Text size={200} className={styles.wrong} role="alert">
          {problem}
        </Text>
      )}
    </div>
  );
}
