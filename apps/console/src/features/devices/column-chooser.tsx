import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemCheckbox,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { ColumnTripleEditRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { DEVICE_COLUMNS, type DeviceColumn } from './device-columns.tsx';

const STORAGE_KEY = 'moorline.devices.columns';
const [FIRST, ...CHOOSABLE] = DEVICE_COLUMNS;

export interface ColumnChoice {
  readonly columns: readonly DeviceColumn[];
  choose(ids: readonly string[] | null): void;
}

/** Which columns are shown, remembered in this browser. `without`: columns that this host has no use for. */
export function useColumnChoice(without: readonly string[]): ColumnChoice {
  const [chosen, setChosen] = useState<readonly string[] | null>(storedChoice);
  const columns = DEVICE_COLUMNS.filter(
    (column) =>
      column === FIRST ||
      (chosen ? chosen.includes(column.id) : column.isShown && !without.includes(column.id)),
  );
  return {
    columns,
    choose(ids) {
      setChosen(ids);
      try {
        if (ids) localStorage.setItem(STORAGE_KEY, JSON.stringify(ids));
        else localStorage.removeItem(STORAGE_KEY);
      } catch {
        // Storage refused: the choice lasts as long as the page.
      }
    },
  };
}

function storedChoice(): readonly string[] | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : null;
  } catch {
    return null;
  }
}

export function ColumnChooser({ choice }: { choice: ColumnChoice }) {
  const shown = choice.columns.filter((column) => column !== FIRST).map((column) => column.id);
  return (
    <Menu
      checkedValues={{ columns: shown }}
      onCheckedValueChange={(_, { checkedItems }) => choice.choose(checkedItems)}
      persistOnItemClick
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<ColumnTripleEditRegular />}>
          Columns
        </Button>
      </MenuTrigger>
      <MenuPopover style={{ maxHeight: '70vh', overflowY: 'auto' }}>
        <MenuList>
          {CHOOSABLE.map((column) => (
            <MenuItemCheckbox key={column.id} name="columns" value={column.id}>
              {column.title}
            </MenuItemCheckbox>
          ))}
          <MenuDivider />
          <MenuItem onClick={() => choice.choose(null)}>Reset to default</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
