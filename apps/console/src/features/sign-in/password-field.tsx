import { Button, Field, Input, ProgressBar, Text, tokens } from '@fluentui/react-components';
import { EyeOffRegular, EyeRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { passwordStrength } from './password-strength.ts';

/** A password with a way to look at it. */
export function PasswordField({
  label,
  value,
  onChange,
  autoComplete,
  error,
  autoFocus = false,
  isOptional = false,
  hint,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: 'current-password' | 'new-password';
  error?: string | undefined;
  autoFocus?: boolean;
  isOptional?: boolean;
  hint?: string;
}) {
  const [visible, setVisible] = useState(false);
  return (
    <Field
      label={label}
      required={!isOptional}
      {...(error ? { validationMessage: error } : {})}
      {...(hint ? { hint } : {})}
    >
      <Input
        type={visible ? 'text' : 'password'}
        value={value}
        onChange={(_, data) => onChange(data.value)}
        autoComplete={autoComplete}
        autoFocus={autoFocus}
        maxLength={256}
        contentAfter={
          <Button
            appearance="transparent"
            size="small"
            icon={visible ? <EyeOffRegular /> : <EyeRegular />}
            aria-label={visible ? `Hide ${label.toLowerCase()}` : `Show ${label.toLowerCase()}`}
            onClick={() => setVisible(!visible)}
          />
        }
      />
    </Field>
  );
}

export function StrengthHint({ password }: { password: string }) {
  const { score, label, hint } = passwordStrength(password);
  if (password === '') {
    return (
      <Text size={200} style={{ color: tokens.colorNeutralForeground3 }}>
        At least 12 characters. Four or five unrelated words are easy to remember and hard to guess.
      </Text>
    );
  }
  return (
    <div aria-live="polite">
      <ProgressBar
        value={score}
        thickness="large"
        color={score < 0.5 ? 'error' : score < 0.7 ? 'warning' : 'success'}
        aria-label="Password strength"
      />
      <Text size={200}>
        {label}. {hint}
      </Text>
    </div>
  );
}
