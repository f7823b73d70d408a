import {
  makeStyles,
  mergeClasses,
  SearchBox,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components';
import type { InventoryClassOverview } from '@moorline/admin-client';
import type { InventoryClassAnswer } from '@moorline/contracts/admin';
import { INVENTORY_CATEGORIES } from '@moorline/model';
import { useState } from 'react';
import { formatNumber, titleOfColumn } from '../../ui/format.ts';

const CATEGORY_NAMES: Readonly<Record<string, string>> = {
  system: 'System',
  hardware: 'Hardware',
  storage: 'Storage',
  network: 'Network',
  software: 'Software',
  security: 'Security',
  users: 'Users',
  other: 'Other',
};

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    gap: tokens.spacingVerticalS,
    '@media (max-width: 900px)': { display: 'none' },
  },
  search: { width: '100%', maxWidth: 'none' },
  groups: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: tokens.spacingVerticalXS,
  },
  heading: {
    display: 'block',
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS} 2px`,
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: '2px' },
  item: {
    appearance: 'none',
    border: 'none',
    margin: 0,
    background: 'transparent',
    font: 'inherit',
    textAlign: 'left',
    boxSizing: 'border-box',
    width: '100%',
    display: 'grid',
    gridTemplateColumns: '1fr auto',
    columnGap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground1,
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
  },
  count: { fontVariantNumeric: 'tabular-nums', fontWeight: tokens.fontWeightRegular },
  none: { display: 'block', padding: tokens.spacingHorizontalS },
  choice: { '@media (min-width: 901px)': { display: 'none' } },
});

/** The classes that the device has reported, by category, with a search; on a narrow screen a list to choose from. */
export function ClassTree({
  reported,
  classes,
  current,
  onSelect,
}: {
  reported: readonly InventoryClassOverview[];
  classes: readonly InventoryClassAnswer[];
  current: string;
  onSelect: (className: string) => void;
}) {
  const styles = useStyles();
  const [wanted, setWanted] = useState('');
  const needle = wanted.trim().toLowerCase();
  const declared = new Map(classes.map((each) => [each.name, each]));
  const matches = reported.filter(({ className }) => {
    const about = declared.get(className);
    const texts = [className, titleOfColumn(className), about?.description ?? ''];
    const columns = about?.columns.map(({ name }) => name) ?? [];
    return (
      needle === '' || [...texts, ...columns].some((text) => text.toLowerCase().includes(needle))
    );
  });
  const groups = [...INVENTORY_CATEGORIES, 'other']
    .map((category) => ({
      category,
      members: matches
        .filter(({ className }) => (declared.get(className)?.category ?? 'other') === category)
        .sort((a, b) => titleOfColumn(a.className).localeCompare(titleOfColumn(b.className))),
    }))
    .filter(({ members }) => members.length > 0);
  return (
    <>
      <nav className={styles.frame} aria-label="Inventory classes">
        <SearchBox
          className={styles.search}
          placeholder="Search classes"
          aria-label="Search classes"
          value={wanted}
          onChange={(_, event) => setWanted(event.value)}
        />
        <div className={styles.groups}>
          {groups.length === 0 ? <Text className={styles.none}>No class matches.</Text> : null}
          {groups.map(({ category, members }) => (
            <div key={category}>
              <span className={styles.heading} id={`category-${category}`}>
                {CATEGORY_NAMES[category] ?? category}
              </span>
              <ul className={styles.list} aria-labelledby={`category-${category}`}>
                {members.map(({ className, rowCount }) => (
                  <li key={className}>
                    <button
                      type="button"
                      className={mergeClasses(styles.item, className === current && styles.current)}
                      aria-current={className === current ? 'true' : undefined}
                      onClick={() => onSelect(className)}
                    >
                      <span>{titleOfColumn(className)}</span>
                      <span className={styles.count}>{formatNumber(rowCount)}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </nav>
      <Select
        className={styles.choice}
        aria-label="Inventory class"
        value={current}
        onChange={(_, data) => onSelect(data.value)}
      >
        {reported.map(({ className, rowCount }) => (
          <option key={className} value={className}>
            {titleOfColumn(className)} ({formatNumber(rowCount)})
          </option>
        ))}
      </Select>
    </>
  );
}
