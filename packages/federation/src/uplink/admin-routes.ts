import {
  ADMIN_PATHS,
  AttachRequest,
  CloudAttach,
  Collection,
  CreateLinkedAdministrator,
  LinkedAdministrator,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { actorName } from '@moorline/model';
import { Type } from 'typebox';
import type { Authorize } from '../ports.ts';
import { actorOf } from '../request-actor.ts';
import type { AttachOptions, LocalUser } from './attach.ts';
import { siteAttachErrors } from './errors.ts';
import type { LinkedAdministrators } from './links.ts';

const ByTenantUser = Type.Object({ tenantUserId: Type.String({ maxLength: 64 }) });

/** Routes of the site's own end of its attachment, and of the links of administrators. */
export function registerCloudAttachRoutes(
  app: HttpApp,
  deps: {
    readonly authorize: Authorize;
    readonly attach: (
      joinToken: string,
      localUser: LocalUser,
      options: AttachOptions,
    ) => Promise<unknown>;
    readonly detach: (name: string) => Promise<void>;
    readonly describe: () => Promise<CloudAttach>;
    readonly links: LinkedAdministrators;
  },
): void {
  const { authorize, links } = deps;

  app.get(
    ADMIN_PATHS.cloudAttach,
    { config: { access: 'actor' }, schema: { response: { 200: CloudAttach } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      return deps.describe();
    },
  );

  app.post(
    ADMIN_PATHS.cloudAttach,
    {
      config: { access: 'actor' },
      schema: { body: AttachRequest, response: { 200: CloudAttach } },
    },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      // The tenant administrator who made the token is linked to this very account: it must be one.
      if (actor.kind !== 'user') throw siteAttachErrors.localUserUnknown({ userId: actor.name });
      const { joinToken, replaceConnected } = request.body;
      const localUser = { userId: actor.userId, name: actor.name };
      await deps.attach(joinToken, localUser, { replaceConnected });
      return deps.describe();
    },
  );

  app.delete(
    ADMIN_PATHS.cloudAttach,
    { config: { access: 'actor' }, schema: { response: { 200: CloudAttach } } },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      await deps.detach(actorName(actor));
      return deps.describe();
    },
  );

  app.get(
    ADMIN_PATHS.linkedAdministrators,
    { config: { access: 'actor' }, schema: { response: { 200: Collection(LinkedAdministrator) } } },
    async (request) => {
      await authorize(actorOf(request), 'administrators.manage');
      return {
        '@odata.context': '/v1.0/$metadata#deviceManagement/cloudAttach/linkedAdministrators',
        value: [...(await links.list())],
      };
    },
  );

  app.post(
    ADMIN_PATHS.linkedAdministrators,
    {
      config: { access: 'actor' },
      schema: { body: CreateLinkedAdministrator, response: { 201: LinkedAdministrator } },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      await authorize(actor, 'administrators.manage');
      return reply.code(201).send(await links.link(actor, request.body));
    },
  );

  app.delete(
    `${ADMIN_PATHS.linkedAdministrators}/:tenantUserId`,
    { config: { access: 'actor' }, schema: { params: ByTenantUser } },
    async (request, reply) => {
      const actor = actorOf(request);
      await authorize(actor, 'administrators.manage');
      await links.unlink(actor, request.params.tenantUserId);
      return reply.code(204).send();
    },
  );
}
