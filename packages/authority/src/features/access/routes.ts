import {
  ADMIN_PATHS,
  Administrator,
  ApiToken,
  CreateAdministrator,
  CreateApiToken,
  CreateLinkBody,
  RedeemLinkBody,
  Session,
  SetPasswordBody,
  SignInBody,
  SignInLink,
  UpdateAdministrator,
} from '@moorline/contracts/admin';
import type { AttemptLimiter, HttpApp } from '@moorline/http';
import { type AuthorityId, rfc3339, type UserId } from '@moorline/kernel';
import { type Actor, actorName, permissionsOf, reachOf } from '@moorline/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Access, signInPath } from './access.ts';
import type { AdministratorRow } from './administrators.ts';
import type { ApiTokenRow } from './api-tokens.ts';
import type { Authenticated } from './authenticator.ts';
import { administratorOf, authorize } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { roleRoutes } from './role-routes.ts';
import type { NewSession } from './sign-in.ts';

export interface AccessRoutesDeps {
  readonly access: Access;
  readonly authority: {
    readonly id: AuthorityId;
    readonly name: string;
    readonly kind: Session['authority']['kind'];
    readonly version: string;
  };
  readonly limiter: AttemptLimiter;
}

const credentials = new WeakMap<FastifyRequest, Authenticated>();

/** Finds the administrator behind a request: a bearer token, else the session cookie. */
export function accessAuthenticator(
  access: Access,
): (request: FastifyRequest) => Promise<Actor | null> {
  return async (request) => {
    const bearer = /^Bearer (\S{1,256})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (request.headers.authorization !== undefined && bearer === undefined) return null;
    const cookie = request.cookies[access.cookieName];
    const found =
      bearer !== undefined
        ? await access.authenticator.token(bearer)
        : cookie !== undefined && cookie.length <= 256
          ? await access.authenticator.session(cookie)
          : null;
    if (!found) return null;
    credentials.set(request, found);
    return found.actor;
  };
}

/** Sign-in, the caller's own password and API tokens, and the authority's administrators and their roles. */
export function accessRoutes(app: HttpApp, deps: AccessRoutesDeps): void {
  sessionRoutes(app, deps);
  tokenRoutes(app, deps.access);
  administratorRoutes(app, deps.access);
  roleRoutes(app, deps.access);
}

function sessionRoutes(app: HttpApp, deps: AccessRoutesDeps): void {
  const { access, authority, limiter } = deps;

  function setCookie(request: FastifyRequest, reply: FastifyReply, session: NewSession): void {
    reply.setCookie(access.cookieName, session.secret, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      expires: new Date(session.expiresAt),
    });
  }

  const answer = (found: {
    actor: Actor & { kind: 'user' };
    mustSetPassword: boolean;
  }): Session => ({
    user: { id: found.actor.userId, name: found.actor.name, role: found.actor.role },
    permissions: [...permissionsOf(found.actor)],
    limitedPermissions: permissionsOf(found.actor).filter(
      (permission) => reachOf(found.actor, permission) !== null,
    ),
    mustSetPassword: found.mustSetPassword,
    authority: { ...authority },
  });

  async function signedIn(session: NewSession): Promise<Session> {
    const found = await access.authenticator.session(session.secret);
    if (!found) throw accessErrors.notSignedIn();
    return answer({ actor: found.actor, mustSetPassword: !found.hasPassword });
  }

  app.get(
    ADMIN_PATHS.session,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Who is signed in, and where',
        tags: ['Sign-in'],
        response: { 200: Session },
      },
    },
    async (request) => {
      const actor = administratorOf(request.actor);
      const found = credentials.get(request);
      return answer({ actor, mustSetPassword: found?.fromLink === true && !found.hasPassword });
    },
  );

  app.post(
    ADMIN_PATHS.redeemLink,
    {
      config: { access: 'public' },
      schema: {
        summary: 'Spends a one-time sign-in link',
        tags: ['Sign-in'],
        body: RedeemLinkBody,
        response: { 200: Session },
      },
    },
    async (request, reply) => {
      const session = await limiter.attempt(request.ip, () =>
        access.signIn.withLink(request.body.token, request.ip),
      );
      setCookie(request, reply, session);
      return signedIn(session);
    },
  );

  app.post(
    ADMIN_PATHS.signIn,
    {
      config: { access: 'public' },
      schema: {
        summary: 'Signs in with user name and password',
        tags: ['Sign-in'],
        body: SignInBody,
        response: { 200: Session },
      },
    },
    async (request, reply) => {
      const { userName, password } = request.body;
      const session = await limiter.attempt(request.ip, () =>
        access.signIn.withPassword(userName, password, request.ip),
      );
      setCookie(request, reply, session);
      return signedIn(session);
    },
  );

  app.post(
    ADMIN_PATHS.signOut,
    {
      config: { access: 'actor' },
      schema: { summary: 'Ends the session', tags: ['Sign-in'], response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const cookie = request.cookies[access.cookieName];
      if (cookie !== undefined) await access.signIn.signOut(cookie);
      reply.clearCookie(access.cookieName, { path: '/' });
      return reply.code(204).send(null);
    },
  );

  app.post(
    ADMIN_PATHS.password,
    {
      config: { access: 'actor' },
      schema: {
        summary: "Sets the caller's own password; ends their other sessions",
        tags: ['Sign-in'],
        body: SetPasswordBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      const cookie = request.cookies[access.cookieName];
      if (actor.via !== 'session' || cookie === undefined) throw accessErrors.sessionRequired();
      await limiter.attempt(request.ip, () =>
        access.signIn.setPassword(actor, {
          newPassword: request.body.newPassword,
          currentPassword: request.body.currentPassword,
          fromLink: credentials.get(request)?.fromLink ?? false,
          sessionSecret: cookie,
        }),
      );
      return reply.code(204).send(null);
    },
  );

  app.post(
    ADMIN_PATHS.links,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Makes a one-time sign-in link',
        description: 'For the caller; for another administrator it needs administrators.manage.',
        tags: ['Sign-in'],
        body: CreateLinkBody,
        response: { 201: SignInLink },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      const userId = (request.body.userId ?? actor.userId) as UserId;
      // A link is the whole account: a token with a lower role must not become its owner.
      if (userId !== actor.userId || actor.via === 'token') {
        authorize(actor, 'administrators.manage');
        await access.administrators.requireOver(actor, userId);
      }
      // Whoever finds a console open must not find in it a way around the password.
      const keepsPassword = userId === actor.userId && actor.via === 'session';
      const link = await access.signIn.createLink(userId, actorName(actor), { keepsPassword });
      return reply
        .code(201)
        .send({ path: signInPath(link.secret), expirationDateTime: rfc3339(link.expiresAt) });
    },
  );
}

function tokenRoutes(app: HttpApp, access: Access): void {
  app.get(
    ADMIN_PATHS.tokens,
    {
      config: { access: 'actor' },
      schema: {
        summary: "The caller's API tokens",
        tags: ['Sign-in'],
        response: { 200: Type.Object({ value: Type.Array(ApiToken) }) },
      },
    },
    async (request) => ({
      value: (await access.apiTokens.list(administratorOf(request.actor))).map(apiToken),
    }),
  );

  app.post(
    ADMIN_PATHS.tokens,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Makes an API token; its secret is shown once',
        tags: ['Sign-in'],
        body: CreateApiToken,
        response: { 201: ApiToken },
      },
    },
    async (request, reply) => {
      const made = await access.apiTokens.create(administratorOf(request.actor), request.body);
      return reply.code(201).send({ ...apiToken(made), token: made.secret });
    },
  );

  app.delete(
    `${ADMIN_PATHS.tokens}/:id`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Revokes an API token',
        tags: ['Sign-in'],
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await access.apiTokens.revoke(administratorOf(request.actor), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function administratorRoutes(app: HttpApp, access: Access): void {
  app.get(
    ADMIN_PATHS.administrators,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Administrators and their roles',
        tags: ['Administrators'],
        response: { 200: Type.Object({ value: Type.Array(Administrator) }) },
      },
    },
    async (request) => ({
      value: (await access.administrators.list(administratorOf(request.actor))).map(administrator),
    }),
  );

  app.post(
    ADMIN_PATHS.administrators,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Makes an administrator and a one-time link to sign in with',
        tags: ['Administrators'],
        body: CreateAdministrator,
        response: { 201: Administrator },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      const made = await access.administrators.create(actor, request.body);
      const link = await access.signIn.createLink(made.id, actorName(actor));
      return reply.code(201).send({ ...administrator(made), signInLink: signInPath(link.secret) });
    },
  );

  app.patch(
    `${ADMIN_PATHS.administrators}/:id`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Changes the role of an administrator, or disables the account',
        tags: ['Administrators'],
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        body: UpdateAdministrator,
        response: { 200: Administrator },
      },
    },
    async (request) =>
      administrator(
        await access.administrators.update(
          administratorOf(request.actor),
          request.params.id as UserId,
          request.body,
        ),
      ),
  );
}

function apiToken(row: ApiTokenRow): ApiToken {
  return {
    id: row.id,
    displayName: row.displayName,
    role: row.role,
    createdDateTime: row.createdAt.toISOString(),
    expirationDateTime: row.expiresAt.toISOString(),
    lastUsedDateTime: row.lastUsedAt?.toISOString() ?? null,
  };
}

function administrator(row: AdministratorRow): Administrator {
  return {
    id: row.id,
    userName: row.userName,
    role: row.role,
    isDisabled: row.isDisabled,
    createdDateTime: row.createdAt.toISOString(),
    lastSignInDateTime: row.lastSignInAt?.toISOString() ?? null,
  };
}
