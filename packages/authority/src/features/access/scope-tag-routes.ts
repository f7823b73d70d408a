import {
  ADMIN_PATHS,
  Collection,
  CreateRoleScopeTag,
  RoleScopeTag,
  UpdateRoleScopeTag,
} from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp, versionTag } from '@moorline/http';
import type { Access } from './access.ts';
import { administratorOf } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { collection, config, entity, gone, noContent, one, params, tags } from './role-entities.ts';
import type { ScopeTagContent, ScopeTagRow } from './scope-tags.ts';

/** Graph's roleScopeTags. */
export function scopeTagRoutes(app: HttpApp, { scopeTags }: Access): void {
  const path = ADMIN_PATHS.roleScopeTags;
  const answer = { 200: entity(RoleScopeTag) };

  app.get(
    path,
    {
      config,
      schema: { summary: 'Scope tags', tags, response: { 200: Collection(RoleScopeTag) } },
    },
    async (request) => {
      const all = await scopeTags.list(administratorOf(request.actor));
      return collection('roleScopeTags', all.map(scopeTag));
    },
  );

  app.post(
    path,
    {
      config,
      schema: {
        summary: 'Makes a scope tag, and gives it to connectors',
        tags,
        body: CreateRoleScopeTag,
        response: { 201: entity(RoleScopeTag) },
      },
    },
    async (request, reply) => {
      const { displayName, description = '', connectorIds = [] } = request.body;
      const content = { name: displayName, description, origins: connectorIds };
      const made = await scopeTags.create(administratorOf(request.actor), content);
      return reply
        .code(201)
        .header('etag', versionTag(made.version))
        .send(one('roleScopeTags', scopeTag(made)));
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { summary: 'One scope tag', tags, params, response: answer } },
    async (request, reply) => {
      const found = await scopeTags.get(administratorOf(request.actor), request.params.id);
      return reply
        .header('etag', versionTag(found.version))
        .send(one('roleScopeTags', scopeTag(found)));
    },
  );

  app.patch(
    `${path}/:id`,
    {
      config,
      schema: {
        summary: 'Changes a scope tag, or which connectors carry it',
        tags,
        params,
        body: UpdateRoleScopeTag,
        response: answer,
      },
    },
    async (request, reply) => {
      const { displayName, description, connectorIds } = request.body;
      const change: Partial<ScopeTagContent> = {
        ...(displayName !== undefined && { name: displayName }),
        ...(description !== undefined && { description }),
        ...(connectorIds && { origins: connectorIds }),
      };
      const actor = administratorOf(request.actor);
      const changed = await scopeTags.update(
        actor,
        request.params.id,
        change,
        expectedVersion(request, accessErrors.changedMeanwhile),
      );
      return reply
        .header('etag', versionTag(changed.version))
        .send(one('roleScopeTags', scopeTag(changed)));
    },
  );

  app.delete(
    `${path}/:id`,
    { config, schema: { summary: 'Deletes a scope tag', tags, params, response: gone } },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      await scopeTags.remove(
        actor,
        request.params.id,
        expectedVersion(request, accessErrors.changedMeanwhile),
      );
      return noContent(reply);
    },
  );
}

function scopeTag(row: ScopeTagRow): RoleScopeTag {
  return {
    id: row.id,
    displayName: row.name,
    description: row.description,
    isBuiltIn: false,
    connectorIds: [...row.origins],
  };
}
