import { ADMIN_PATHS, ClientSettings } from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp, versionTag } from '@moorline/http';
import { Type } from 'typebox';
import { actorOf } from '../../request-actor.ts';
import { policyErrors } from './errors.ts';
import type { Policy } from './policy.ts';

const Change = Type.Object(Type.Partial(ClientSettings).properties, {
  additionalProperties: false,
  minProperties: 1,
});

/** GET and PATCH clientSettings, with ETag and If-Match. */
export function policyRoutes(app: HttpApp, policy: Policy): void {
  app.get(
    ADMIN_PATHS.clientSettings,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'How often agents do what',
        tags: ['Policy'],
        response: { 200: ClientSettings },
      },
    },
    async (request, reply) => {
      const { settings, version } = await policy.readClientSettings(actorOf(request));
      return reply.header('etag', versionTag(version)).send(settings);
    },
  );

  app.patch(
    ADMIN_PATHS.clientSettings,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Changes client settings, and tells every connected device',
        tags: ['Policy'],
        body: Change,
        response: { 200: ClientSettings },
      },
    },
    async (request, reply) => {
      const expected = expectedVersion(request, policyErrors.changedMeanwhile);
      const { settings, version } = await policy.changeClientSettings(
        actorOf(request),
        request.body,
        expected,
      );
      return reply.header('etag', versionTag(version)).send(settings);
    },
  );
}
