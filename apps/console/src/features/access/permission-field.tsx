import { Checkbox, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { PERMISSION_CATALOGUE, type Permission } from '@moorline/model';
import { useState } from 'react';

const useStyles = makeStyles({
  groups: {
    display: 'grid',
    gap: tokens.spacingVerticalM,
    maxHeight: '44vh',
    overflowY: 'auto',
    paddingRight: tokens.spacingHorizontalS,
  },
  group: { border: 'none', margin: 0, padding: 0, minWidth: 0 },
  legend: { padding: 0, fontWeight: tokens.fontWeightSemibold },
  what: { display: 'block', color: tokens.colorNeutralForeground3 },
});

/** Permissions under their headings, with a search; those that the caller lacks can be taken away and not given. */
export function PermissionField({
  offered,
  chosen,
  held,
  isReadOnly = false,
  onChange,
}: {
  offered: readonly Permission[];
  chosen: readonly string[];
  held: readonly string[];
  isReadOnly?: boolean;
  onChange: (chosen: readonly string[]) => void;
}) {
  const styles = useStyles();
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = offered.filter((id) => {
    const { group, title, allows } = PERMISSION_CATALOGUE[id];
    const text = `${id} ${group} ${title} ${allows}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = Map.groupBy(found, (id) => PERMISSION_CATALOGUE[id].group);
  return (
    <>
      <Input
        type="search"
        aria-label="Search permissions"
        placeholder="Search permissions"
        value={search}
        onChange={(_, data) => setSearch(data.value)}
      />
      <div className={styles.groups}>
        {found.length === 0 ? <Text>No permission is found by these words.</Text> : null}
        {[...groups].map(([group, ids]) => (
          <fieldset key={group} className={styles.group}>
            <legend className={styles.legend}>{group}</legend>
            {ids.map((id) => {
              const { title, allows, reach } = PERMISSION_CATALOGUE[id];
              const isChosen = chosen.includes(id);
              return (
                <Checkbox
                  key={id}
                  checked={isChosen}
                  disabled={isReadOnly || (!isChosen && !held.includes(id))}
                  onChange={() =>
                    onChange(isChosen ? chosen.filter((one) => one !== id) : [...chosen, id])
                  }
                  label={
                    <>
                      {title}
                      <span className={styles.what}>
                        {allows} {reach === 'everything' ? 'For all devices only. ' : ''}({id})
                      </span>
                    </>
                  }
                />
              );
            })}
          </fieldset>
        ))}
      </div>
    </>
  );
}
