import { ADMIN_PATHS, ClientSettings } from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { Type } from 'typebox';
import type { Policy, VersionedSettings } from './policy.ts';

const Changes = Type.Partial(ClientSettings, { additionalProperties: false, minProperties: 1 });

/** GET, PATCH (members given) and PUT (all of them) clientSettings, with ETag and If-Match. */
export function policyRoutes(app: HttpApp, policy: Policy): void {
  const path = ADMIN_PATHS.clientSettings;
  const tags = ['Client settings'];

  app.get(
    path,
    {
      config: { access: 'actor' },
      schema: { summary: 'How often devices do what', tags, response: { 200: ClientSettings } },
    },
    async (request, reply) => {
      const found = await policy.clientSettings(request.actor);
      return reply.header('etag', tagOf(found)).send(found.settings);
    },
  );

  app.patch(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Changes the members given',
        tags,
        body: Changes,
        response: { 200: ClientSettings },
      },
    },
    async (request, reply) => {
      const expected = versionOf(request.headers['if-match']);
      const changed = await policy.changeClientSettings(request.actor, request.body, expected);
      return reply.header('etag', tagOf(changed)).send(changed.settings);
    },
  );

  app.put(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Replaces them',
        tags,
        body: ClientSettings,
        response: { 200: ClientSettings },
      },
    },
    async (request, reply) => {
      const expected = versionOf(request.headers['if-match']);
      const changed = await policy.changeClientSettings(request.actor, request.body, expected);
      return reply.header('etag', tagOf(changed)).send(changed.settings);
    },
  );
}

function tagOf({ version }: VersionedSettings): string {
  return `"${version}"`;
}

// A tag that is none of ours matches no version. @spec RFC 9110 §13.1.1
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const digits = /^"(\d{1,9})"$/.exec(ifMatch)?.[1];
  return digits === undefined ? -1 : Number(digits);
}
