import {
  ADMIN_PATHS,
  allowedActions,
  Collection,
  CreateRoleAssignment,
  CreateRoleDefinition,
  CreateRoleScopeTag,
  ResourceOperation,
  RoleAssignment,
  RoleDefinition,
  RoleScopeTag,
  rolePermissionsOf,
  UpdateRoleAssignment,
  UpdateRoleDefinition,
  UpdateRoleScopeTag,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { PERMISSION_CATALOGUE, PERMISSIONS } from '@moorline/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TObject, Type } from 'typebox';
import type { Access } from './access.ts';
import type { AssignmentContent, AssignmentRow } from './assignments.ts';
import { administratorOf, authorize } from './authorize.ts';
import { accessErrors } from './errors.ts';
import type { RoleContent, RoleRow } from './roles.ts';
import type { ScopeTagContent, ScopeTagRow } from './scope-tags.ts';

const config = { access: 'actor' } as const;
const tags = ['Roles'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const gone = { 204: Type.Null() };

/** Graph's roleDefinitions, roleAssignments, roleScopeTags and resourceOperations. */
export function roleRoutes(app: HttpApp, access: Access): void {
  operationRoute(app);
  definitionRoutes(app, access);
  assignmentRoutes(app, access);
  tagRoutes(app, access);
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
        .header('etag', tagOf(made))
        .send(one('roleDefinitions', definition(made)));
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { summary: 'One role', tags, params, response: answer } },
    async (request, reply) => {
      const found = await roles.get(administratorOf(request.actor), request.params.id);
      return reply.header('etag', tagOf(found)).send(one('roleDefinitions', definition(found)));
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
      const changed = await roles.update(actor, request.params.id, change, expectedOf(request));
      return reply.header('etag', tagOf(changed)).send(one('roleDefinitions', definition(changed)));
    },
  );

  app.delete(
    `${path}/:id`,
    { config, schema: { summary: 'Deletes a role', tags, params, response: gone } },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      await roles.remove(actor, request.params.id, expectedOf(request));
      return noContent(reply);
    },
  );
}

function assignmentRoutes(app: HttpApp, { assignments }: Access): void {
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
        .header('etag', tagOf(made))
        .send(one('roleAssignments', assignment(made)));
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { summary: 'One role assignment', tags, params, response: answer } },
    async (request, reply) => {
      const found = await assignments.get(administratorOf(request.actor), request.params.id);
      return reply.header('etag', tagOf(found)).send(one('roleAssignments', assignment(found)));
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
        expectedOf(request),
      );
      return reply.header('etag', tagOf(changed)).send(one('roleAssignments', assignment(changed)));
    },
  );

  app.delete(
    `${path}/:id`,
    { config, schema: { summary: 'Ends a role assignment', tags, params, response: gone } },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      await assignments.remove(actor, request.params.id, expectedOf(request));
      return noContent(reply);
    },
  );
}

function tagRoutes(app: HttpApp, { scopeTags }: Access): void {
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
        .header('etag', tagOf(made))
        .send(one('roleScopeTags', scopeTag(made)));
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { summary: 'One scope tag', tags, params, response: answer } },
    async (request, reply) => {
      const found = await scopeTags.get(administratorOf(request.actor), request.params.id);
      return reply.header('etag', tagOf(found)).send(one('roleScopeTags', scopeTag(found)));
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
      const changed = await scopeTags.update(actor, request.params.id, change, expectedOf(request));
      return reply.header('etag', tagOf(changed)).send(one('roleScopeTags', scopeTag(changed)));
    },
  );

  app.delete(
    `${path}/:id`,
    { config, schema: { summary: 'Deletes a scope tag', tags, params, response: gone } },
    async (request, reply) => {
      const actor = administratorOf(request.actor);
      await scopeTags.remove(actor, request.params.id, expectedOf(request));
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

function definition(row: RoleRow): RoleDefinition {
  return {
    id: row.id,
    displayName: row.name,
    description: row.description,
    isBuiltIn: row.isBuiltIn,
    rolePermissions: rolePermissionsOf(row.permissions),
  };
}

function assignment(row: AssignmentRow): RoleAssignment {
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

function scopeTag(row: ScopeTagRow): RoleScopeTag {
  return {
    id: row.id,
    displayName: row.name,
    description: row.description,
    isBuiltIn: false,
    connectorIds: [...row.origins],
  };
}

const CONTEXT = '/v1.0/$metadata#deviceManagement/';

function entity<T extends TObject>(schema: T) {
  return Type.Object({ '@odata.context': Type.String(), ...schema.properties });
}

function one<T extends object>(name: string, item: T): T & { '@odata.context': string } {
  return { '@odata.context': `${CONTEXT}${name}/$entity`, ...item };
}

function collection<T>(name: string, value: T[]): { '@odata.context': string; value: T[] } {
  return { '@odata.context': `${CONTEXT}${name}`, value };
}

function noContent(reply: FastifyReply): FastifyReply {
  return reply.code(204).send(null);
}

/** @spec RFC 9110 §8.8.3 */
function tagOf({ version }: { readonly version: number }): string {
  return `W/"${version}"`;
}

/** The version that If-Match names; null: any. @throws `access.changed_meanwhile` for a tag that is none of ours */
function expectedOf(request: FastifyRequest): number | null {
  const tag = request.headers['if-match'];
  if (tag === undefined || tag === '*') return null;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(tag)?.[1];
  if (version === undefined) throw accessErrors.changedMeanwhile();
  return Number(version);
}
