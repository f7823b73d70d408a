import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { AdminApiError } from '@moorline/admin-client';
import type { Session } from '@moorline/contracts/admin';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { client } from '../../app/client.ts';
import { safeReturnPath } from '../../app/return-path.ts';
import { sessionQuery } from '../../app/session.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { spendLinkToken, takeLinkToken } from './link-token.ts';
import { PasswordField } from './password-field.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalM },
  code: { fontFamily: tokens.fontFamilyMonospace },
});

const route = getRouteApi('/sign-in');

/** Signs in with the one-time link that led here, else with a user name and a password. */
export function SignInPage() {
  const styles = useStyles();
  const { returnTo } = route.useSearch();
  const queryClient = useQueryClient();
  const router = useRouter();
  const [redeeming, setRedeeming] = useState(takeLinkToken);
  const [linkError, setLinkError] = useState<unknown>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');

  const enter = async (session: Session): Promise<void> => {
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    queryClient.setQueryData(sessionQuery.queryKey, session);
    if (session.mustSetPassword) await router.navigate({ to: '/set-password', replace: true });
    else router.history.replace(safeReturnPath(returnTo));
  };

  const redeem = async (): Promise<void> => {
    const token = spendLinkToken();
    if (token === undefined) return;
    setLinkError(undefined);
    try {
      await enter(await client.signIn.redeemLink(token));
    } catch (caught) {
      setLinkError(caught);
      setRedeeming(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link is spent once, when it is there
  useEffect(() => {
    void redeem();
    // Another link pasted into this tab changes the fragment only.
    const onHashChange = (): void => {
      if (!takeLinkToken()) return;
      setRedeeming(true);
      void redeem();
    };
    addEventListener('hashchange', onHashChange);
    return () => removeEventListener('hashchange', onHashChange);
  }, []);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setLinkError(undefined);
    try {
      await enter(await client.signIn.signIn({ userName: userName.trim(), password }));
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };

  if (redeeming) {
    return (
      <SignInFrame title="Signing you in">
        <Spinner label="Using your one-time link" labelPosition="below" />
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title="Sign in">
      {linkError !== undefined ? <LinkNotice error={linkError} /> : null}
      {error !== undefined ? <ErrorNotice error={error} title="You are not signed in" /> : null}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label="User name" required>
          <Input
            value={userName}
            onChange={(_, data) => setUserName(data.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            maxLength={128}
          />
        </Field>
        <PasswordField
          label="Password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        <Button
          type="submit"
          appearance="primary"
          size="large"
          disabled={busy || userName.trim() === '' || password === ''}
        >
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </SignInFrame>
  );
}

/** A link that did not work: it may be spent, or the server may be away. */
function LinkNotice({ error }: { error: unknown }) {
  const styles = useStyles();
  const refused = error instanceof AdminApiError && error.status >= 400 && error.status < 500;
  if (!refused || error.status === 429) {
    return <ErrorNotice error={error} title="The link could not be used" />;
  }
  return (
    <MessageBar intent="warning" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>This sign-in link does not work any more</MessageBarTitle>A link works once
        and for a limited time. To get another, run{' '}
        <code className={styles.code}>moorline sign-in-link</code> on the server, or ask another
        administrator for one. If you have a password, sign in with it here.
      </MessageBarBody>
    </MessageBar>
  );
}
