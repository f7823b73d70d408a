import { Dropdown, Field, Option } from '@fluentui/react-components';

/** How long what is being created is valid; `lives` names the minutes to choose from. */
export function LifeField({
  lives,
  minutes,
  onChange,
}: {
  lives: Readonly<Record<number, string>>;
  minutes: number;
  onChange: (minutes: number) => void;
}) {
  return (
    <Field label="Valid for">
      <Dropdown
        value={lives[minutes] ?? ''}
        selectedOptions={[String(minutes)]}
        onOptionSelect={(_, data) => {
          const chosen = Number(data.optionValue);
          if (chosen in lives) onChange(chosen);
        }}
      >
        {Object.entries(lives).map(([value, name]) => (
          <Option key={value} value={value}>
            {name}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}
