import {
  Checkbox,
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Text,
  tokens,
} from '@fluentui/react-components';
import { UPLOAD_CATEGORIES, UPLOAD_PERMISSIONS } from '@moorline/model';
import type { ReactNode } from 'react';
import { Section } from '../../../ui/section.tsx';
import { CollectionListField } from './collection-list-field.tsx';
import { KILOBYTES, MINUTES, problemsOf, type UploadEntry } from './upload-form.ts';
import { CATEGORIES, PERMISSIONS } from './upload-words.ts';

const useStyles = makeStyles({
  group: { display: 'grid', gap: tokens.spacingVerticalM, gridTemplateColumns: 'minmax(0, 1fr)' },
  set: { border: 'none', margin: 0, padding: 0, minWidth: 0 },
  choice: { display: 'grid' },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  inset: { paddingLeft: '32px', display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  number: { maxWidth: '200px' },
  scheduled: {
    display: 'grid',
    gap: tokens.spacingHorizontalXXL,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 260px), 1fr))',
    alignItems: 'start',
  },
});

/** What leaves the site, when, and whose permissions decide: the same in the wizard and in the properties. */
export function UploadFields({
  entry,
  readOnly,
  onChange,
}: {
  entry: UploadEntry;
  readOnly: boolean;
  onChange: (entry: UploadEntry) => void;
}) {
  const styles = useStyles();
  const problems = problemsOf(entry);
  const change = (part: Partial<UploadEntry>): void => onChange({ ...entry, ...part });
  return (
    <>
      <Section title="Devices">
        <div className={styles.group}>
          <RadioGroup
            aria-label="Devices that are uploaded"
            value={entry.devices}
            disabled={readOnly}
            onChange={(_, { value }) =>
              change({ devices: value === 'collections' ? 'collections' : 'all' })
            }
          >
            <Radio value="all" label="All devices of this site" />
            <Radio value="collections" label="Devices in chosen collections" />
          </RadioGroup>
          {entry.devices === 'collections' ? (
            <CollectionListField
              label="Collections"
              hint="A device that is in any of them is uploaded."
              ids={entry.collectionIds}
              problem={problems.collections}
              readOnly={readOnly}
              onChange={(collectionIds) => change({ collectionIds })}
            />
          ) : null}
          <CollectionListField
            label="Excluded collections"
            hint="A device that is in any of them stays here, whatever else it is in."
            ids={entry.excludedCollectionIds}
            readOnly={readOnly}
            onChange={(excludedCollectionIds) => change({ excludedCollectionIds })}
          />
        </div>
      </Section>
      <Section title="Categories of data">
        <fieldset className={styles.set} aria-label="Categories of data that leave">
          <Checkbox
            checked
            disabled
            label={<Described name={CATEGORIES.identity.name} what={CATEGORIES.identity.what} />}
          />
          {UPLOAD_CATEGORIES.map((name) => (
            <div key={name}>
              <Checkbox
                checked={entry.categories[name]}
                disabled={readOnly}
                label={<Described {...CATEGORIES[name]} />}
                onChange={(_, { checked }) =>
                  change({ categories: { ...entry.categories, [name]: checked === true } })
                }
              />
            </div>
          ))}
        </fieldset>
      </Section>
      <Section title="When and how fast">
        <div className={styles.scheduled}>
          <Choice
            label="How often"
            off="As changes come"
            on="At a fixed interval"
            isOn={entry.hasInterval}
            readOnly={readOnly}
            onChange={(hasInterval) => change({ hasInterval })}
          >
            <NumberField
              label="Minutes"
              value={entry.minutes}
              limits={MINUTES}
              problem={problems.minutes}
              readOnly={readOnly}
              onChange={(minutes) => change({ minutes })}
            />
          </Choice>
          <Choice
            label="Hours"
            off="At all hours"
            on="Only between"
            isOn={entry.hasHours}
            readOnly={readOnly}
            onChange={(hasHours) => change({ hasHours })}
          >
            <TimeField
              label="From"
              value={entry.from}
              problem={problems.hours}
              readOnly={readOnly}
              onChange={(from) => change({ from })}
            />
            <TimeField
              label="To"
              value={entry.to}
              readOnly={readOnly}
              onChange={(to) => change({ to })}
            />
            <Text className={styles.quiet}>By the site’s own clock; it may go over midnight.</Text>
          </Choice>
          <Choice
            label="Bandwidth"
            off="No limit"
            on="At most"
            isOn={entry.hasLimit}
            readOnly={readOnly}
            onChange={(hasLimit) => change({ hasLimit })}
          >
            <NumberField
              label="Kilobytes per second"
              value={entry.kilobytes}
              limits={KILOBYTES}
              problem={problems.kilobytes}
              readOnly={readOnly}
              onChange={(kilobytes) => change({ kilobytes })}
            />
          </Choice>
        </div>
      </Section>
      <Section title="Whose permissions decide">
        <RadioGroup
          aria-label="Whose permissions decide about actions and live data that are asked for from the tenant"
          value={entry.permissions}
          disabled={readOnly}
          onChange={(_, { value }) => {
            const chosen = UPLOAD_PERMISSIONS.find((each) => each === value);
            if (chosen) change({ permissions: chosen });
          }}
        >
          {UPLOAD_PERMISSIONS.map((name) => (
            <Radio key={name} value={name} label={<Described {...PERMISSIONS[name]} />} />
          ))}
        </RadioGroup>
      </Section>
    </>
  );
}

function Described({ name, what }: { name: string; what: string }) {
  const styles = useStyles();
  return (
    <span className={styles.choice}>
      {name}
      <span className={styles.quiet}>{what}</span>
    </span>
  );
}

/** Either without, or with what the children say. */
function Choice({
  label,
  off,
  on,
  isOn,
  readOnly,
  onChange,
  children,
}: {
  label: string;
  off: string;
  on: string;
  isOn: boolean;
  readOnly: boolean;
  onChange: (isOn: boolean) => void;
  children: ReactNode;
}) {
  const styles = useStyles();
  return (
    <div className={styles.group}>
      <Field label={label}>
        <RadioGroup
          value={isOn ? 'on' : 'off'}
          disabled={readOnly}
          onChange={(_, { value }) => onChange(value === 'on')}
        >
          <Radio value="off" label={off} />
          <Radio value="on" label={on} />
        </RadioGroup>
      </Field>
      {isOn ? <div className={styles.inset}>{children}</div> : null}
    </div>
  );
}

function NumberField({
  label,
  value,
  limits,
  problem,
  readOnly,
  onChange,
}: {
  label: string;
  value: string;
  limits: { readonly min: number; readonly max: number };
  problem: string | undefined;
  readOnly: boolean;
  onChange: (value: string) => void;
}) {
  const styles = useStyles();
  return (
    <Field
      className={styles.number}
      label={label}
      required
      {...(problem === undefined ? {} : { validationMessage: problem })}
    >
      <Input
        type="number"
        {...limits}
        value={value}
        readOnly={readOnly}
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}

function TimeField({
  label,
  value,
  problem,
  readOnly,
  onChange,
}: {
  label: string;
  value: string;
  problem?: string | undefined;
  readOnly: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <Field
      label={label}
      required
      {...(problem === undefined ? {} : { validationMessage: problem })}
    >
      <Input
        type="time"
        value={value}
        readOnly={readOnly}
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}
