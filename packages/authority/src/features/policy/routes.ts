import { ADMIN_PATHS, ClientSettings } from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
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
      return reply.header('etag', tagOf(version)).send(settings);
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
      const expected = versionOf(request.headers['if-match']);
      const { settings, version } = await policy.changeClientSettings(
        actorOf(request),
        request.body,
        expected,
      );
      return reply.header('etag', tagOf(version)).send(settings);
    },
  );
}

function tagOf(version: number): string {
  return `W/"${version}"`;
}

/** The version that If-Match names; null: any. @throws `policy.changed_meanwhile` for a tag that is none of ours */
function versionOf(tag: string | undefined): number | null {
  if (tag === undefined || tag === '*') return null;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(tag)?.[1];
  if (version === undefined) throw policyErrors.changedMeanwhile();
  return Number(version);
}
