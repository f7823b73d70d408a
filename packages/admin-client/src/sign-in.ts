import {
  ADMIN_PATHS,
  type ApiToken,
  type CreateApiToken,
  type CreateLinkBody,
  type Session,
  type SetPasswordBody,
  type SignInBody,
  type SignInLink,
} from '@moorline/contracts/admin';
import { readAll } from './collection.ts';
import { AdminApiError } from './errors.ts';
import type { CallOptions, Transport } from './transport.ts';

/** Who the caller is, and how they prove it. Every method: @throws AdminApiError */
export interface SignInClient {
  /** Null when nobody is signed in. */
  session(options?: CallOptions): Promise<Session | null>;
  /** Spends a one-time link and starts a session (a cookie). */
  redeemLink(token: string, options?: CallOptions): Promise<Session>;
  signIn(body: SignInBody, options?: CallOptions): Promise<Session>;
  signOut(options?: CallOptions): Promise<void>;
  /** The caller's own; `currentPassword` unless the session came from a one-time link. */
  setPassword(body: SetPasswordBody, options?: CallOptions): Promise<void>;
  /** A one-time link for the caller, or for `userId` with `administrators.manage`. */
  createLink(body?: CreateLinkBody, options?: CallOptions): Promise<SignInLink>;
}

/** The caller's API tokens. */
export interface TokensClient {
  list(options?: CallOptions): Promise<readonly ApiToken[]>;
  /** Its `token` is in this answer only. */
  create(body: CreateApiToken, options?: CallOptions): Promise<ApiToken>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

export function createSignInClient(transport: Transport): SignInClient {
  const client: SignInClient = {
    async session(options = {}) {
      try {
        return await transport.json<Session>(ADMIN_PATHS.session, options);
      } catch (error) {
        if (error instanceof AdminApiError && error.status === 401) return null;
        throw error;
      }
    },
    redeemLink: (token, options = {}) => begin(ADMIN_PATHS.redeemLink, { token }, options),
    signIn: (body, options = {}) => begin(ADMIN_PATHS.signIn, body, options),
    async signOut(options = {}) {
      await transport.send(ADMIN_PATHS.signOut, { ...options, method: 'POST' });
    },
    async setPassword(body, options = {}) {
      await transport.send(ADMIN_PATHS.password, { ...options, method: 'POST', body });
    },
    createLink: (body = {}, options = {}) =>
      transport.json(ADMIN_PATHS.links, { ...options, method: 'POST', body }),
  };
  /** The session is read back rather than taken from the answer: this also proves that the cookie was kept. */
  const begin = async (path: string, body: unknown, options: CallOptions): Promise<Session> => {
    await transport.send(path, { ...options, method: 'POST', body });
    return transport.json<Session>(ADMIN_PATHS.session, options);
  };
  return client;
}

export function createTokensClient(transport: Transport): TokensClient {
  return {
    list: (options = {}) => readAll(transport, ADMIN_PATHS.tokens, options),
    create: (body, options = {}) =>
      transport.json(ADMIN_PATHS.tokens, { ...options, method: 'POST', body }),
    async delete(id, options = {}) {
      const path = `${ADMIN_PATHS.tokens}/${encodeURIComponent(id)}`;
      await transport.send(path, { ...options, method: 'DELETE' });
    },
  };
}
