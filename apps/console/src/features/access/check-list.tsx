import { Checkbox, makeStyles, Text, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  frame: { border: 'none', margin: 0, padding: 0, minWidth: 0 },
  legend: { padding: 0, marginBottom: tokens.spacingVerticalXS },
  list: { display: 'grid', maxHeight: '24vh', overflowY: 'auto' },
});

/** Any of some named things. */
export function CheckList({
  label,
  items,
  chosen,
  none,
  onChange,
}: {
  label: string;
  items: readonly { readonly id: string; readonly name: string }[];
  chosen: readonly string[];
  /** What is said when there is nothing to choose. */
  none: string;
  onChange: (chosen: readonly string[]) => void;
}) {
  const styles = useStyles();
  return (
    <fieldset className={styles.frame}>
      <legend className={styles.legend}>{label}</legend>
      <div className={styles.list}>
        {items.length === 0 ? <Text>{none}</Text> : null}
        {items.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={(_, data) =>
              onChange(data.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
