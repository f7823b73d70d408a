import type { Database } from '@moorline/db';
import type { AuthorityId, Clock, Entropy, UserId } from '@moorline/kernel';
import { type Administrators, createAdministrators } from './administrators.ts';
import { type ApiTokens, createApiTokens } from './api-tokens.ts';
import { type Assignments, createAssignments } from './assignments.ts';
import { type Authenticated, type Authenticator, createAuthenticator } from './authenticator.ts';
import { createRoles, type Roles } from './roles.ts';
import { createScopeTags, type ScopeTags } from './scope-tags.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** Who administers this authority, what they may, and how they prove who they are. */
export interface Access {
  readonly administrators: Administrators;
  readonly roles: Roles;
  readonly assignments: Assignments;
  readonly scopeTags: ScopeTags;
  readonly apiTokens: ApiTokens;
  readonly signIn: SignIn;
  readonly authenticator: Authenticator;
  /** Name of this authority's session cookie: cookies are shared between the ports of one host name. */
  readonly cookieName: string;
  /** A one-time link for the first administrator, made on the machine itself; `path` is of the console. */
  firstSignInLink(): Promise<{ readonly path: string; readonly expiresAt: number }>;
  /** An API token of the first administrator, for the machine's own command line. */
  firstApiToken(displayName: string): Promise<string>;
}

export function createAccess(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** What somebody may do has changed; called after the commit. */
  readonly onChanged?: () => void;
}): Access {
  const changing = { ...deps, onChanged: deps.onChanged ?? (() => {}) };
  const administrators = createAdministrators(changing);
  const apiTokens = createApiTokens(deps);
  const signIn = createSignIn(deps);
  return {
    administrators,
    roles: createRoles(changing),
    assignments: createAssignments(changing),
    scopeTags: createScopeTags(changing),
    apiTokens,
    signIn,
    authenticator: createAuthenticator(deps),
    cookieName: `moorline-${deps.authorityId.slice(-12)}`,
    async firstSignInLink() {
      const first = await administrators.first();
      const link = await signIn.createLink(first.id, 'local start');
      return { path: signInPath(link.secret), expiresAt: link.expiresAt };
    },
    async firstApiToken(displayName) {
      const first = await administrators.first();
      const token = await apiTokens.create(
        {
          kind: 'user',
          userId: first.id as UserId,
          name: first.userName,
          role: first.role,
          via: 'session',
        },
        { displayName, expiresInDays: 365 },
      );
      return token.secret;
    },
  };
}

/** The console's path that spends a one-time link; the secret stays in the fragment, out of every log. */
export function signInPath(secret: string): string {
  return `/sign-in#${secret}`;
}

export type { Authenticated };
