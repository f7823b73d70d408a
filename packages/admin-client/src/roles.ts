import {
  ADMIN_PATHS,
  type CreateRoleAssignment,
  type CreateRoleDefinition,
  type CreateRoleScopeTag,
  type PermissionCeiling,
  type ResourceOperation,
  type RoleAssignment,
  type RoleDefinition,
  type RoleScopeTag,
  type UpdateRoleAssignment,
  type UpdateRoleDefinition,
  type UpdateRoleScopeTag,
} from '@moorline/contracts/admin';
import { readAll } from './collection.ts';
import type { CallOptions, Transport } from './transport.ts';
import { readVersioned } from './versioned.ts';

/** With `ifMatch`, `access.changed_meanwhile` when that is not the version any more, and nothing changes. */
export interface RoleChangeOptions extends CallOptions {
  readonly ifMatch?: string | undefined;
}

/** Roles, assignments or scope tags, alike. Every method: @throws AdminApiError */
export interface RoleResourceClient<T, Create, Update> {
  list(options?: CallOptions): Promise<readonly T[]>;
  /** `etag`: hand it back as `ifMatch`. */
  getVersioned(
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly value: T; readonly etag: string }>;
  create(body: Create, options?: CallOptions): Promise<T>;
  update(id: string, body: Update, options?: RoleChangeOptions): Promise<T>;
  delete(id: string, options?: RoleChangeOptions): Promise<void>;
}

/** Who may what. */
export interface RolesClient {
  readonly definitions: RoleResourceClient<
    RoleDefinition,
    CreateRoleDefinition,
    UpdateRoleDefinition
  >;
  readonly assignments: RoleResourceClient<
    RoleAssignment,
    CreateRoleAssignment,
    UpdateRoleAssignment
  >;
  readonly scopeTags: RoleResourceClient<RoleScopeTag, CreateRoleScopeTag, UpdateRoleScopeTag>;
  /** The permissions that roles are made of. */
  operations(options?: CallOptions): Promise<readonly ResourceOperation[]>;
  /** At a site: what its tenant may do where the tenant alone decides. */
  ceiling(
    options?: CallOptions,
  ): Promise<{ readonly value: PermissionCeiling; readonly etag: string }>;
  /** With `ifMatch`, `ceiling.changed_meanwhile` when that is not the version any more. */
  setCeiling(body: PermissionCeiling, options?: RoleChangeOptions): Promise<PermissionCeiling>;
}

export function createRolesClient(transport: Transport): RolesClient {
  return {
    definitions: resource(transport, ADMIN_PATHS.roleDefinitions, 'a role'),
    assignments: resource(transport, ADMIN_PATHS.roleAssignments, 'a role assignment'),
    scopeTags: resource(transport, ADMIN_PATHS.roleScopeTags, 'a scope tag'),
    operations: (options = {}) => readAll(transport, ADMIN_PATHS.resourceOperations, options),
    ceiling: (options = {}) =>
      readVersioned(transport, ADMIN_PATHS.permissionCeiling, 'a ceiling', options),
    setCeiling: (body, options = {}) =>
      transport.json(ADMIN_PATHS.permissionCeiling, { ...options, method: 'PUT', body }),
  };
}

function resource<T, Create, Update>(
  transport: Transport,
  path: string,
  what: string,
): RoleResourceClient<T, Create, Update> {
  const one = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  return {
    list: (options = {}) => readAll(transport, path, options),
    getVersioned: (id, options = {}) => readVersioned<T>(transport, one(id), what, options),
    create: (body, options = {}) => transport.json(path, { ...options, method: 'POST', body }),
    update: (id, body, options = {}) =>
      transport.json(one(id), { ...options, method: 'PATCH', body }),
    async delete(id, options = {}) {
      await transport.send(one(id), { ...options, method: 'DELETE' });
    },
  };
}
