import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { type ReactNode, useState } from 'react';
import { client } from '../../app/client.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { PasswordField, StrengthHint } from './password-field.tsx';
import { MIN_PASSWORD_LENGTH } from './password-strength.ts';

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalM },
  actions: { display: 'flex', gap: tokens.spacingHorizontalS, justifyContent: 'flex-end' },
});

/** The caller's new password, twice; the present one too where the session does not stand for it. */
export function NewPasswordForm({
  asksCurrent,
  submitLabel,
  onDone,
  secondary,
}: {
  asksCurrent: boolean;
  submitLabel: string;
  onDone: () => void;
  secondary?: ReactNode;
}) {
  const styles = useStyles();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const tooShort = password.length < MIN_PASSWORD_LENGTH;
  const differs = repeated !== password;

  const submit = async (): Promise<void> => {
    setTried(true);
    if (tooShort || differs) return;
    setBusy(true);
    setError(undefined);
    try {
      await client.signIn.setPassword({
        newPassword: password,
        ...(current === '' ? {} : { currentPassword: current }),
      });
      onDone();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {error !== undefined ? (
        <ErrorNotice error={error} title="The password was not changed" />
      ) : null}
      {asksCurrent ? (
        <PasswordField
          label="Current password"
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          autoFocus
          isOptional
          hint="Leave it empty if you signed in with a one-time link."
        />
      ) : null}
      <PasswordField
        label="New password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        autoFocus={!asksCurrent}
        error={tried && tooShort ? `Use at least ${MIN_PASSWORD_LENGTH} characters.` : undefined}
      />
      <StrengthHint password={password} />
      <PasswordField
        label="Confirm new password"
        value={repeated}
        onChange={setRepeated}
        autoComplete="new-password"
        error={
          differs && (tried || repeated.length >= password.length) && repeated !== ''
            ? 'The two passwords differ.'
            : tried && repeated === ''
              ? 'Enter the new password again.'
              : undefined
        }
      />
      <div className={styles.actions}>
        {secondary}
        <Button
          type="submit"
          appearance="primary"
          disabled={busy}
          {...(busy ? { icon: <Spinner size="tiny" /> } : {})}
        >
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}
