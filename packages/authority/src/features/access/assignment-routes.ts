import {
  ADMIN_PATHS,
  Collection,
  CreateRoleAssignment,
  RoleAssignment,
  UpdateRoleAssignment,
} from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp, versionTag } from '@moorline/http';
import type { Access } from './access.ts';
import type { AssignmentContent, AssignmentRow } from './assignments.ts';
import { administratorOf } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { collection, config, entity, gone, noContent, one, params, tags } from './role-entities.ts';

/** Graph's roleAssignments. */
export function assignmentRoutes(app: HttpApp, { assignments }: Access): void {
  const path = ADMIN_PATHS.roleAssignments;
  const answer = { 200: entity(RoleAssignment) };

  app.get(
    path,
    {
      config,
      schema: { summary: 'Role assignments', tags, response: { 200: Collection(RoleAssignment) } },
    },
    async (request) => {
      const all = await assignments.list(administratorOf(request.actor));
      return collection('roleAssignments', all.map(assignment));
    },
  );

  app.post(
    path,
    {
      config,
      schema: {
        summary: 'Assigns a role to administrators, on all devices or on some',
        tags,
        body: CreateRoleAssignment,
        response: { 201: entity(RoleAssignment) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { roleScopeTagIds = [], resourceScopes = [] } = body;
      const isLimited = roleScopeTagIds.length + resourceScopes.length > 0;
      const { scopeType = isLimited ? 'resourceScope' : 'allDevices' } = body;
      const made = await assignments.create(administratorOf(request.actor), {
        roleId: body.roleDefinitionId,
        name: body.displayName,
        description: body.description ?? '',
        members: body.members,
        reachesAll: scopeType === 'allDevices',
        tagIds: roleScopeTagIds,
        groupIds: resourceScopes,
      });
      return reply
        .code(201)
        .header('etag', versionTag(made.version))
        .send(one('roleAssignments', assignment(made)));
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { summary: 'One role assignment', tags, params, response: answer } },
    async (request, reply) => {
      const found = await assignments.get(administratorOf(request.actor), request.params.id);
      return reply
        .header('etag', versionTag(found.version))
        .send(one('roleAssignments', assignment(found)));
    },
  );

  app.patch(
    `${path}/:id`,
    {
      config,
      schema: {
        summary: 'Changes a role assignment',
        tags,
        params,
        body: UpdateRoleAssignment,
        response: answer,
      },
    },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      const change = assignmentChange(request.body);
      const changed = await assignments.update(
        actor,
        request.params.id,
        change,
        expectedVersion(request, accessErrors.changedMeanwhile),
      );
      return reply
        .header('etag', versionTag(changed.version))
        .send(one('roleAssignments', assignment(changed)));
    },
  );

  app.delete(
    `${path}/:id`,
    { config, schema: { summary: 'Ends a role assignment', tags, params, response: gone } },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      await assignments.remove(
        actor,
        request.params.id,
        expectedVersion(request, accessErrors.changedMeanwhile),
      );
      return noContent(reply);
    },
  );
}

function assignmentChange(body: UpdateRoleAssignment): Partial<AssignmentContent> {
  const { displayName, description, roleDefinitionId, members } = body;
  const { scopeType, roleScopeTagIds, resourceScopes } = body;
  // To all devices ends the limits that there are.
  const isAll = scopeType === 'allDevices';
  const names = (roleScopeTagIds?.length ?? 0) + (resourceScopes?.length ?? 0) > 0;
  return {
    ...(displayName !== undefined && { name: displayName }),
    ...(description !== undefined && { description }),
    ...(roleDefinitionId !== undefined && { roleId: roleDefinitionId }),
    ...(members && { members }),
    ...(scopeType !== undefined ? { reachesAll: isAll } : names && { reachesAll: false }),
    ...(isAll && { tagIds: [], groupIds: [] }),
    ...(roleScopeTagIds && { tagIds: roleScopeTagIds }),
    ...(resourceScopes && { groupIds: resourceScopes }),
  };
}

export function assignment(row: AssignmentRow): RoleAssignment {
  return {
    id: row.id,
    displayName: row.name,
    description: row.description,
    members: [...row.members],
    scopeType: row.reachesAll ? 'allDevices' : 'resourceScope',
    resourceScopes: [...row.groupIds],
    roleScopeTagIds: [...row.tagIds],
    roleDefinitionId: row.roleId,
  };
}
