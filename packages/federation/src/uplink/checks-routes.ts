import {
  ADMIN_PATHS,
  AttachEndpoint,
  CheckPrerequisites,
  Collection,
  Prerequisite,
  StatusMessage,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import type { Authorize } from '../ports.ts';
import { actorOf } from '../request-actor.ts';
import type { EndpointMonitor } from './endpoints/monitor.ts';
import type { StatusMessages } from './endpoints/status-messages.ts';
import type { Prerequisites } from './prerequisites/prerequisites.ts';

/** Routes of what attaching needs, and of the addresses that the site reaches. */
export function registerCheckRoutes(
  app: HttpApp,
  deps: {
    readonly authorize: Authorize;
    readonly prerequisites: Prerequisites;
    readonly monitor: EndpointMonitor;
    readonly statusMessages: StatusMessages;
  },
): void {
  const { authorize, prerequisites, monitor, statusMessages } = deps;

  app.get(
    ADMIN_PATHS.prerequisites,
    { config: { access: 'actor' }, schema: { response: { 200: Collection(Prerequisite) } } },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.read');
      return collection('prerequisites', await prerequisites.check(actor));
    },
  );

  app.post(
    ADMIN_PATHS.prerequisites,
    {
      config: { access: 'actor' },
      schema: { body: CheckPrerequisites, response: { 200: Collection(Prerequisite) } },
    },
    async (request) => {
      const actor = actorOf(request);
      // With a token the site connects to where the token says: that is for who may attach it.
      await authorize(actor, 'connectors.manage');
      const { joinToken } = request.body;
      return collection('prerequisites', await prerequisites.check(actor, joinToken));
    },
  );

  app.get(
    ADMIN_PATHS.attachEndpoints,
    { config: { access: 'actor' }, schema: { response: { 200: Collection(AttachEndpoint) } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      return collection('endpoints', await monitor.list());
    },
  );

  app.post(
    ADMIN_PATHS.checkAttachEndpoints,
    { config: { access: 'actor' }, schema: { response: { 200: Collection(AttachEndpoint) } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.manage');
      return collection('endpoints', await monitor.check());
    },
  );

  app.get(
    ADMIN_PATHS.statusMessages,
    { config: { access: 'actor' }, schema: { response: { 200: Collection(StatusMessage) } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      return collection('statusMessages', await statusMessages.list());
    },
  );
}

function collection<T>(
  name: string,
  items: readonly T[],
): { '@odata.context': string; value: T[] } {
  return {
    '@odata.context': `/v1.0/$metadata#deviceManagement/cloudAttach/${name}`,
    value: [...items],
  };
}
