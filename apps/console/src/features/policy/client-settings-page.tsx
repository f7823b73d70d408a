import {
  Button,
  Checkbox,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { AdminApiError, type VersionedClientSettings } from '@moorline/admin-client';
import type { InventoryClassAnswer } from '@moorline/contracts/admin';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { titleOfColumn } from '../../ui/format.ts';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { inventoryClassesQuery } from '../inventory/inventory-queries.ts';
import {
  differences,
  entryOf,
  isSame,
  rebase,
  type SettingsEntry,
  settingsOf,
} from './settings-form.ts';

const clientSettingsQuery = queryOptions({
  queryKey: ['clientSettings'],
  queryFn: ({ signal }) => client.clientSettings.getVersioned({ signal }),
});

/** Limits of the contract, in minutes. */
const POLL = { min: 5, max: 1_440 };
const INVENTORY = { min: 15, max: 10_080 };

const useStyles = makeStyles({
  form: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL },
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 280px), 1fr))',
    gap: tokens.spacingHorizontalXXL,
    maxWidth: '760px',
    alignItems: 'start',
  },
  classes: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 210px), 1fr))',
    border: 'none',
    margin: 0,
    padding: 0,
    minWidth: 0,
  },
  intro: { color: tokens.colorNeutralForeground2, marginBottom: tokens.spacingVerticalS },
  actions: { display: 'flex', gap: tokens.spacingHorizontalS },
});

/** How often the agents of this host's devices do what. */
export function ClientSettingsPage() {
  const settings = useQuery(clientSettingsQuery);
  const classes = useQuery(inventoryClassesQuery);
  const error = settings.error ?? classes.error;
  return (
    <Page
      title="Client settings"
      intro="How often the agents of devices managed here ask for policy and collect their inventory. A change reaches connected devices within seconds."
    >
      {settings.isPending || classes.isPending ? <Loading label="Reading settings" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The settings could not be read"
          onRetry={() => {
            void settings.refetch();
            void classes.refetch();
          }}
        />
      ) : null}
      {settings.data && classes.data ? (
        <SettingsForm saved={settings.data} classes={classes.data} />
      ) : null}
    </Page>
  );
}

function SettingsForm({
  saved,
  classes,
}: {
  saved: VersionedClientSettings;
  classes: readonly InventoryClassAnswer[];
}) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const { allowed, reason } = usePermission('policy.manage');
  const [base, setBase] = useState(saved);
  const [entry, setEntry] = useState<SettingsEntry>(() => entryOf(saved.settings));
  const [meanwhile, setMeanwhile] = useState<readonly string[]>([]);
  const isChanged = !isSame(settingsOf(entry), base.settings);
  if (saved.etag !== base.etag) {
    // Saved by somebody else, or by this form: what is being edited goes on from there.
    const next = rebase(entry, base.settings, saved.settings);
    const isUndone = isChanged && !isSame(settingsOf(next), saved.settings);
    setMeanwhile(isUndone ? differences(base.settings, saved.settings, titleOfColumn) : []);
    setBase(saved);
    setEntry(next);
  }
  const next = settingsOf(entry);
  const pollFits = fits(next.policyPollMinutes, POLL);
  const inventoryFits = fits(next.inventoryMinutes, INVENTORY);
  const save = useMutation({
    mutationFn: () => client.clientSettings.set(next, { ifMatch: base.etag }),
    onSuccess: () => {
      done('The settings are saved.');
      setMeanwhile([]);
    },
    // Refused or not: what is saved now is what to go on from.
    onSettled: () => queryClient.invalidateQueries({ queryKey: clientSettingsQuery.queryKey }),
  });
  const isOvertaken =
    save.error instanceof AdminApiError && save.error.code === 'policy.changed_meanwhile';
  const reset = (): void => {
    setEntry(entryOf(base.settings));
    setMeanwhile([]);
    save.reset();
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (allowed && isChanged && pollFits && inventoryFits) save.mutate();
      }}
    >
      {save.error && !isOvertaken ? (
        <ErrorNotice error={save.error} title="The settings were not saved" />
      ) : null}
      {meanwhile.length > 0 || isOvertaken ? (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>
            <MessageBarTitle>
              {isOvertaken
                ? 'Not saved yet: somebody else changed the settings'
                : 'Somebody else changed the settings'}
            </MessageBarTitle>
            {meanwhile.join(' ')} What you changed is kept below. Save to apply it on top, or
            discard it to go on with theirs.
          </MessageBarBody>
        </MessageBar>
      ) : null}
      <Section title="Intervals">
        <div className={styles.fields}>
          <MinutesField
            label="Policy polling, minutes"
            hint="Between two looks for policy when the host does not call: 5 minutes to a day."
            value={entry.poll}
            onChange={(poll) => setEntry({ ...entry, poll })}
            limits={POLL}
            isWrong={!pollFits}
            readOnly={!allowed}
          />
          <MinutesField
            label="Inventory, minutes"
            hint="Between two inventory cycles: 15 minutes to 7 days."
            value={entry.inventory}
            onChange={(inventory) => setEntry({ ...entry, inventory })}
            limits={INVENTORY}
            isWrong={!inventoryFits}
            readOnly={!allowed}
          />
        </div>
      </Section>
      <Section title="Inventory classes">
        <Text block className={styles.intro}>
          Devices collect the chosen classes. One that you leave out is no longer sent; what was
          sent before stays.
        </Text>
        <fieldset className={styles.classes} aria-label="Collected inventory classes">
          {classes.map(({ name, description }) => (
            <Checkbox
              key={name}
              label={<span title={description}>{titleOfColumn(name)}</span>}
              checked={!entry.disabled.has(name)}
              disabled={!allowed}
              onChange={(_, data) => {
                const disabled = new Set(entry.disabled);
                if (data.checked) disabled.delete(name);
                else disabled.add(name);
                setEntry({ ...entry, disabled });
              }}
            />
          ))}
        </fieldset>
      </Section>
      <div className={styles.actions}>
        <WithReason reason={reason}>
          <Button
            type="submit"
            appearance="primary"
            disabledFocusable={
              !allowed || !isChanged || !pollFits || !inventoryFits || save.isPending
            }
            {...(save.isPending ? { icon: <Spinner size="tiny" /> } : {})}
          >
            Save
          </Button>
        </WithReason>
        <Button disabled={!isChanged} onClick={reset}>
          Discard
        </Button>
      </div>
    </form>
  );
}

function fits(value: number, limits: { min: number; max: number }): boolean {
  return Number.isInteger(value) && value >= limits.min && value <= limits.max;
}

function MinutesField({
  label,
  hint,
  value,
  onChange,
  limits,
  isWrong,
  readOnly,
}: {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
  limits: { min: number; max: number };
  isWrong: boolean;
  readOnly: boolean;
}) {
  return (
    <Field
      label={label}
      hint={hint}
      required
      {...(isWrong
        ? { validationMessage: `A whole number from ${limits.min} to ${limits.max}.` }
        : {})}
    >
      <Input
        type="number"
        min={limits.min}
        max={limits.max}
        value={value}
        readOnly={readOnly}
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}
