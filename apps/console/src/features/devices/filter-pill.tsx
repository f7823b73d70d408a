import {
  Button,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';

const useStyles = makeStyles({
  pill: {
    borderRadius: tokens.borderRadiusCircular,
    fontWeight: tokens.fontWeightRegular,
    minWidth: 'auto',
    whiteSpace: 'nowrap',
  },
  chosen: {
    backgroundColor: tokens.colorBrandBackground2,
    borderTopColor: tokens.colorBrandStroke2,
    borderRightColor: tokens.colorBrandStroke2,
    borderBottomColor: tokens.colorBrandStroke2,
    borderLeftColor: tokens.colorBrandStroke2,
    color: tokens.colorBrandForeground2,
    ':hover': { backgroundColor: tokens.colorBrandBackground2Hover },
  },
  value: { fontWeight: tokens.fontWeightSemibold, paddingLeft: tokens.spacingHorizontalXS },
});

/** What the menu calls a choice: any text may be one, the empty one too. */
const CHOICE = '=';

/** A filter that shows what it is set to. */
export function FilterPill({
  title,
  choices,
  value,
  onChange,
}: {
  title: string;
  choices: Readonly<Record<string, string>>;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const styles = useStyles();
  return (
    <Menu
      checkedValues={{ value: [value === undefined ? '' : CHOICE + value] }}
      onCheckedValueChange={(_, { checkedItems }) =>
        onChange(checkedItems[0] ? checkedItems[0].slice(CHOICE.length) : undefined)
      }
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          size="small"
          className={mergeClasses(styles.pill, value !== undefined && styles.chosen)}
        >
          {title}:
          <span className={styles.value}>
            {value === undefined ? 'All' : (choices[value] ?? value)}
          </span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemRadio name="value" value="">
            All
          </MenuItemRadio>
          {Object.entries(choices).map(([choice, name]) => (
            <MenuItemRadio key={choice} name="value" value={CHOICE + choice}>
              {name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
