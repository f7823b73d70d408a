import { Field, Radio, RadioGroup } from '@fluentui/react-components';
import { ROLES, type Role } from '@moorline/model';
import { ROLE_TEXTS, roleOf } from './roles.ts';

/** One of the roles, each with what it may. */
export function RoleField({
  value,
  onChange,
  upTo,
  offersNone = true,
}: {
  value: Role;
  onChange: (role: Role) => void;
  /** Roles above it are not offered. */
  upTo?: Role;
  /** Whether the role that holds nothing of its own is among them. */
  offersNone?: boolean;
}) {
  const offered = (upTo ? ROLES.slice(ROLES.indexOf(upTo)) : ROLES).filter(
    (role) => offersNone || role !== 'None',
  );
  return (
    <Field label="Role" required>
      <RadioGroup
        value={value}
        onChange={(_, data) => {
          const role = roleOf(data.value);
          if (role) onChange(role);
        }}
      >
        {offered.map((role) => (
          <Radio key={role} value={role} label={`${role}: ${lower(ROLE_TEXTS[role])}`} />
        ))}
      </RadioGroup>
    </Field>
  );
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
