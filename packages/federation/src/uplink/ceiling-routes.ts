import { ADMIN_PATHS, PermissionCeiling } from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp } from '@moorline/http';
import type { Authorize } from '../ports.ts';
import { actorOf } from '../request-actor.ts';
import type { Ceiling } from './ceiling.ts';
import { ceilingErrors } from './errors.ts';

/** GET and PUT cloudAttach/permissionCeiling; they need `connectors.read` and `connectors.manage`. */
export function registerCeilingRoutes(
  app: HttpApp,
  deps: { readonly authorize: Authorize; readonly ceiling: Ceiling },
): void {
  const { authorize, ceiling } = deps;
  app.get(
    ADMIN_PATHS.permissionCeiling,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'What the tenant’s administrators may do here where the tenant alone decides',
        tags: ['Cloud attach'],
        response: { 200: PermissionCeiling },
      },
    },
    async (request, reply) => {
      await authorize(actorOf(request), 'connectors.read');
      const { permissions, version } = await ceiling.read();
      return reply.header('etag', `"${version}"`).send({ permissions: [...permissions] });
    },
  );

  app.put(
    ADMIN_PATHS.permissionCeiling,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Sets it; what the caller does not hold cannot be added',
        tags: ['Cloud attach'],
        body: PermissionCeiling,
        response: { 200: PermissionCeiling },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      const expected = expectedVersion(request, ceilingErrors.changedMeanwhile);
      const { permissions, version } = await ceiling.change(actor, request.body, expected);
      return reply.header('etag', `"${version}"`).send({ permissions: [...permissions] });
    },
  );
}
