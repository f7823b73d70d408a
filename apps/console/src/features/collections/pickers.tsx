import { Combobox, Field, Option } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useRested } from '../../ui/use-rested.ts';
import { visibleText } from '../../ui/visible-text.ts';
import {
  collectionNamesQuery,
  offeredCollectionsQuery,
  offeredDevicesQuery,
} from './collection-queries.ts';

const REST_MS = 200;

interface Choice {
  readonly id: string;
  readonly name: string;
}

/** A field that offers what the host finds for what is typed in it. */
function Picker({
  label,
  hint,
  typed,
  onType,
  choices,
  chosen,
  isBusy,
  onPick,
}: {
  label: string;
  hint?: string | undefined;
  typed: string;
  onType: (typed: string) => void;
  choices: readonly Choice[];
  chosen: string;
  isBusy: boolean;
  onPick: (choice: Choice) => void;
}) {
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <Combobox
        freeform
        value={typed}
        selectedOptions={chosen === '' ? [] : [chosen]}
        onChange={(event) => onType(event.target.value)}
        onOptionSelect={(_, data) => {
          const choice = choices.find(({ id }) => id === data.optionValue);
          if (choice) onPick(choice);
        }}
      >
        {choices.map(({ id, name }) => (
          <Option key={id} value={id} text={name}>
            {name}
          </Option>
        ))}
        {choices.length === 0 ? (
          <Option key="none" value="" text="" disabled>
            {isBusy ? 'Looking…' : 'Nothing begins so.'}
          </Option>
        ) : null}
      </Combobox>
    </Field>
  );
}

/** Chooses one device after another; each is handed over at once. */
export function DevicePicker({
  label,
  hint,
  onPick,
}: {
  label: string;
  hint?: string;
  onPick: (deviceId: string) => void;
}) {
  const [typed, setTyped] = useState('');
  const { data, isFetching } = useQuery(offeredDevicesQuery(useRested(typed.trim(), REST_MS)));
  const choices = (data ?? []).map(({ id, deviceName }) => ({
    id,
    name: visibleText(deviceName ?? id),
  }));
  return (
    <Picker
      label={label}
      hint={hint}
      typed={typed}
      onType={setTyped}
      choices={choices}
      chosen=""
      isBusy={isFetching}
      onPick={({ id }) => {
        setTyped('');
        onPick(id);
      }}
    />
  );
}

/** Chooses a collection; `except` is not offered. */
export function CollectionPicker({
  label,
  hint,
  chosen,
  except,
  onPick,
}: {
  label: string;
  hint?: string;
  /** Id; empty: none yet. */
  chosen: string;
  except?: string | undefined;
  onPick: (collectionId: string) => void;
}) {
  const names = useQuery(collectionNamesQuery(chosen === '' ? [] : [chosen]));
  const [typed, setTyped] = useState<string>();
  const { data, isFetching } = useQuery(
    offeredCollectionsQuery(useRested((typed ?? '').trim(), REST_MS)),
  );
  const choices = (data ?? [])
    .filter(({ id }) => id !== except)
    .map(({ id, displayName }) => ({ id, name: visibleText(displayName) }));
  const name = chosen === '' ? '' : visibleText(names.data?.get(chosen) ?? '');
  return (
    <Picker
      label={label}
      hint={hint}
      typed={typed ?? name}
      onType={setTyped}
      choices={choices}
      chosen={chosen}
      isBusy={isFetching}
      onPick={({ id }) => {
        setTyped(undefined);
        onPick(id);
      }}
    />
  );
}
