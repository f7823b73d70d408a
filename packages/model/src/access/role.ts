/** What an administrator may do; every route and relay method names the one it needs. */
export const PERMISSIONS = [
  'devices.read',
  'devices.sync',
  'inventory.read',
  'actions.read',
  'actions.cancel',
  'connectors.read',
  'connectors.manage',
  'enrolment.manage',
  'policy.read',
  'policy.manage',
  'groups.read',
  'groups.manage',
  'administrators.manage',
  'audit.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['Administrator', 'Help desk', 'Read only'] as const;
export type Role = (typeof ROLES)[number];

const READ: readonly Permission[] = [
  'devices.read',
  'inventory.read',
  'actions.read',
  'connectors.read',
  'policy.read',
  'groups.read',
];

/** The built-in roles' permissions; what is not listed is denied. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  Administrator: PERMISSIONS,
  'Help desk': [...READ, 'devices.sync', 'actions.cancel'],
  'Read only': READ,
};
