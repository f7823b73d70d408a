import {
  ADMIN_PATHS,
  allowedActions,
  Collection,
  CreateRoleDefinition,
  ResourceOperation,
  RoleAssignment,
  RoleDefinition,
  rolePermissionsOf,
  UpdateRoleDefinition,
} from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp, versionTag } from '@moorline/http';
import { PERMISSION_CATALOGUE, PERMISSIONS } from '@moorline/model';
import type { Access } from './access.ts';
import { assignment, assignmentRoutes } from './assignment-routes.ts';
import { administratorOf, authorize } from './authorize.ts';
import { accessErrors } from './errors.ts';
import { collection, config, entity, gone, noContent, one, params, tags } from './role-entities.ts';
import type { RoleContent, RoleRow } from './roles.ts';
import { scopeTagRoutes } from './scope-tag-routes.ts';

/** Graph's roleDefinitions, roleAssignments, roleScopeTags and resourceOperations. */
export function roleRoutes(app: HttpApp, access: Access): void {
  operationRoute(app);
  definitionRoutes(app, access);
  assignmentRoutes(app, access);
  scopeTagRoutes(app, access);
}

function operationRoute(app: HttpApp): void {
  app.get(
    ADMIN_PATHS.resourceOperations,
    {
      config,
      schema: {
        summary: 'Permissions that roles are made of',
        tags,
        response: { 200: Collection(ResourceOperation) },
      },
    },
    async (request) => {
      authorize(request.actor, 'roles.read');
      return collection(
        'resourceOperations',
        PERMISSIONS.map((id): ResourceOperation => {
          const { group, title, allows, reach, hosts, isDisruptive } = PERMISSION_CATALOGUE[id];
          return {
            id,
            resourceName: group,
            actionName: title,
            description: allows,
            enabledForScopeValidation: reach === 'devices',
            hosts: [...hosts],
            isDisruptive,
          };
        }),
      );
    },
  );
}

function definitionRoutes(app: HttpApp, { roles, assignments }: Access): void {
  const path = ADMIN_PATHS.roleDefinitions;
  const answer = { 200: entity(RoleDefinition) };

  app.get(
    path,
    { config, schema: { summary: 'Roles', tags, response: { 200: Collection(RoleDefinition) } } },
    async (request) => {
      const all = await roles.list(administratorOf(request.actor));
      return collection('roleDefinitions', all.map(definition));
    },
  );

  app.post(
    path,
    {
      config,
      schema: {
        summary: 'Makes a role out of permissions that the caller holds',
        tags,
        body: CreateRoleDefinition,
        response: { 201: entity(RoleDefinition) },
      },
    },
    async (request, reply) => {
      const { displayName, description = '' } = request.body;
      const permissions = allowedActions(request.body);
      const content = { name: displayName, description, permissions };
      const made = await roles.create(administratorOf(request.actor), content);
      return reply
        .code(201)
        .header('etag', versionTag(made.version))
        .send(one('roleDefinitions', definition(made)));
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { summary: 'One role', tags, params, response: answer } },
    async (request, reply) => {
      const found = await roles.get(administratorOf(request.actor), request.params.id);
      return reply
        .header('etag', versionTag(found.version))
        .send(one('roleDefinitions', definition(found)));
    },
  );

  app.get(
    `${path}/:id/roleAssignments`,
    {
      config,
      schema: {
        summary: 'Who holds a role by assignment',
        tags,
        params,
        response: { 200: Collection(RoleAssignment) },
      },
    },
    async (request) => {
      const actor = administratorOf(request.actor);
      const role = await roles.get(actor, request.params.id);
      const all = await assignments.list(actor);
      return collection(
        'roleAssignments',
        all.filter(({ roleId }) => roleId === role.id).map(assignment),
      );
    },
  );

  app.patch(
    `${path}/:id`,
    {
      config,
      schema: {
        summary: 'Changes a role; who holds it feels it with their next request',
        tags,
        params,
        body: UpdateRoleDefinition,
        response: answer,
      },
    },
    async (request, reply) => {
      const { displayName, description, rolePermissions } = request.body;
      const change: Partial<RoleContent> = {
        ...(displayName !== undefined && { name: displayName }),
        ...(description !== undefined && { description }),
        ...(rolePermissions && { permissions: allowedActions({ rolePermissions }) }),
      };
      const actor = administratorOf(request.actor);
      const changed = await roles.update(
        actor,
        request.params.id,
        change,
        expectedVersion(request, accessErrors.changedMeanwhile),
      );
      return reply
        .header('etag', versionTag(changed.version))
        .send(one('roleDefinitions', definition(changed)));
    },
  );

  app.delete(
    `${path}/:id`,
    { config, schema: { summary: 'Deletes a role', tags, params, response: gone } },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      await roles.remove(
        actor,
        request.params.id,
        expectedVersion(request, accessErrors.changedMeanwhile),
      );
      return noContent(reply);
    },
  );
}

function definition(row: RoleRow): RoleDefinition {
  return {
    id: row.id,
    displayName: row.name,
    description: row.description,
    isBuiltIn: row.isBuiltIn,
    rolePermissions: rolePermissionsOf(row.permissions),
  };
}
