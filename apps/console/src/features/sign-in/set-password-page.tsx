import { Button } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SessionProvider, sessionQuery, useSession } from '../../app/session.tsx';
import { Reported } from '../../ui/reported.tsx';
import { NewPasswordForm } from './new-password-form.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

/** Follows a one-time link: the account's password, first or new. */
export function SetPasswordPage() {
  return (
    <SessionProvider>
      <SetPassword />
    </SessionProvider>
  );
}

function SetPassword() {
  const session = useSession();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const goHome = async (): Promise<void> => {
    queryClient.setQueryData(sessionQuery.queryKey, (present) =>
      present ? { ...present, mustSetPassword: false } : null,
    );
    await navigate({ to: '/', replace: true });
  };
  return (
    <SignInFrame
      title="Set your password"
      intro={
        <>
          You are signed in as <Reported text={session.user.name} /> at{' '}
          <Reported text={session.authority.name} />. Your one-time link is spent: next time you
          sign in with this password.
        </>
      }
    >
      <NewPasswordForm
        asksCurrent={false}
        submitLabel="Set password"
        onDone={() => void goHome()}
        secondary={
          session.mustSetPassword ? null : (
            <Button appearance="subtle" onClick={() => void goHome()}>
              Not now
            </Button>
          )
        }
      />
    </SignInFrame>
  );
}
