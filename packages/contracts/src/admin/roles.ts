import { type Static, Type } from 'typebox';

const Id = Type.String({ maxLength: 64 });
const Name = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });
const Description = Type.String({ maxLength: 1024, pattern: '^[^\\u0000]*$' });

/** Graph's rolePermission: ids of resourceOperations that the role allows. */
export const RolePermission = Type.Object(
  {
    resourceActions: Type.Array(
      Type.Object(
        {
          allowedResourceActions: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 200 }),
          /** Always empty: what is not allowed is denied. */
          notAllowedResourceActions: Type.Optional(Type.Array(Type.String(), { maxItems: 0 })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 50 },
    ),
  },
  { additionalProperties: false },
);

/** Graph's roleDefinition. */
export const RoleDefinition = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  description: Type.String(),
  isBuiltIn: Type.Boolean(),
  rolePermissions: Type.Array(RolePermission),
});
export type RoleDefinition = Static<typeof RoleDefinition>;

const roleContent = {
  displayName: Name,
  description: Type.Optional(Description),
  rolePermissions: Type.Array(RolePermission, { maxItems: 50 }),
};
/** POST roleDefinitions: a copy is what GET answered of another role, under another name. */
export const CreateRoleDefinition = Type.Object(roleContent, { additionalProperties: false });
export type CreateRoleDefinition = Static<typeof CreateRoleDefinition>;

/** PATCH roleDefinitions/{id}: what is left out stays. */
export const UpdateRoleDefinition = Type.Partial(Type.Object(roleContent), {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateRoleDefinition = Static<typeof UpdateRoleDefinition>;

/** Ids of what the role allows, out of Graph's nesting. */
export function allowedActions(role: Pick<RoleDefinition, 'rolePermissions'>): string[] {
  return role.rolePermissions.flatMap(({ resourceActions }) =>
    resourceActions.flatMap(({ allowedResourceActions }) => allowedResourceActions),
  );
}

/** The nesting around them. */
export function rolePermissionsOf(ids: readonly string[]): RoleDefinition['rolePermissions'] {
  const actions = { allowedResourceActions: [...ids], notAllowedResourceActions: [] };
  return [{ resourceActions: [actions] }];
}

/** Graph's deviceAndAppManagementRoleAssignment, and ours beside it in the last block. */
export const RoleAssignment = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  description: Type.String(),
  /** Ids of administrators. */
  members: Type.Array(Type.String()),
  /** `resourceScope`: devices with one of the scope tags, and those in one of the collections. */
  scopeType: Type.Enum(['allDevices', 'resourceScope']),
  /** Ids of collections. */
  resourceScopes: Type.Array(Type.String()),
  roleScopeTagIds: Type.Array(Type.String()),
  /** Ours. */
  roleDefinitionId: Type.String(),
});
export type RoleAssignment = Static<typeof RoleAssignment>;

const assignmentContent = {
  displayName: Name,
  description: Type.Optional(Description),
  roleDefinitionId: Id,
  members: Type.Array(Id, { maxItems: 500 }),
  /** Default: `resourceScope` when tags or collections are named. */
  scopeType: Type.Optional(Type.Enum(['allDevices', 'resourceScope'])),
  resourceScopes: Type.Optional(Type.Array(Id, { maxItems: 100 })),
  roleScopeTagIds: Type.Optional(Type.Array(Id, { maxItems: 100 })),
};
export const CreateRoleAssignment = Type.Object(assignmentContent, {
  additionalProperties: false,
});
export type CreateRoleAssignment = Static<typeof CreateRoleAssignment>;

/** PATCH roleAssignments/{id}: what is left out stays; lists are given whole. */
export const UpdateRoleAssignment = Type.Partial(Type.Object(assignmentContent), {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateRoleAssignment = Static<typeof UpdateRoleAssignment>;

/** Graph's roleScopeTag, and ours beside it in the last block. */
export const RoleScopeTag = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  description: Type.String(),
  isBuiltIn: Type.Boolean(),
  /** Ours: connectors whose devices carry the tag. */
  connectorIds: Type.Array(Type.String()),
});
export type RoleScopeTag = Static<typeof RoleScopeTag>;

const tagContent = {
  displayName: Name,
  description: Type.Optional(Description),
  connectorIds: Type.Optional(Type.Array(Type.String({ format: 'uuid' }), { maxItems: 1000 })),
};
export const CreateRoleScopeTag = Type.Object(tagContent, { additionalProperties: false });
export type CreateRoleScopeTag = Static<typeof CreateRoleScopeTag>;
export const UpdateRoleScopeTag = Type.Partial(Type.Object(tagContent), {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateRoleScopeTag = Static<typeof UpdateRoleScopeTag>;

/** GET, PUT cloudAttach/permissionCeiling at a site, with ETag and If-Match: ids of permissions, whole. */
export const PermissionCeiling = Type.Object(
  { permissions: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 200 }) },
  { additionalProperties: false },
);
export type PermissionCeiling = Static<typeof PermissionCeiling>;

/** Graph's resourceOperation: a permission that roles are made of; ours beside it in the last block. */
export const ResourceOperation = Type.Object({
  /** As `allowedResourceActions` names it. */
  id: Type.String(),
  resourceName: Type.String(),
  actionName: Type.String(),
  description: Type.String(),
  /** True: an assignment to some devices grants it for those. False: only one to all devices grants it. */
  enabledForScopeValidation: Type.Boolean(),
  /** Ours: kinds of host that ask for it. */
  hosts: Type.Array(Type.Enum(['tenant', 'site'])),
  /** It interrupts people at their devices. */
  isDisruptive: Type.Boolean(),
});
export type ResourceOperation = Static<typeof ResourceOperation>;
